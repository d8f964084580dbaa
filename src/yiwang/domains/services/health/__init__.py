"""Digital health (智慧医疗): system S15."""
