"""The only door outside: webhooks, e-mail, MQTT."""
