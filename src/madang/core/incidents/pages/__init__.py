"""Pages of incidents: the queue, the record, settings, the outbox, the wall."""
