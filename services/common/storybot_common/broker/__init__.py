"""RabbitMQ: the topology, connections that come back, and publishing with confirms."""
