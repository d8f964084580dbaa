"""Portal on the phone (掌上办事): system S04."""
