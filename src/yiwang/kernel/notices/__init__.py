"""Messages to people, shown in the app (消息)."""
