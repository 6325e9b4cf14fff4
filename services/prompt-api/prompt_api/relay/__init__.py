"""From the outbox to RabbitMQ, and repair of what got lost on the way."""
