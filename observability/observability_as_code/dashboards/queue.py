"""Queue: RabbitMQ, per queue and as a whole."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.parts import Maker, Steps


def dashboard() -> Dashboard:
    """RabbitMQ."""
    make = Maker("storybot-queue", "Queue", "RabbitMQ: what waits, what is dead, and how the broker is.")
    make.row("Queues")
    make.graph(
        "Tickets that wait, by queue",
        ("sum by (queue) (rabbitmq_detailed_queue_messages_ready)", "{{queue}}"),
        unit="short",
        steps=Steps(20, 100),
        link="storybot-worker",
        why="story.jobs is work to be done, story.jobs.delay.* comes back later, story.jobs.dead could not be used.",
    )
    make.graph(
        "Tickets in workers' hands",
        ('sum(rabbitmq_detailed_queue_messages_unacked{queue="story.jobs"})', "unacknowledged"),
        unit="short",
        link="storybot-worker",
    )
    make.graph(
        "Dead letters",
        ('sum(rabbitmq_detailed_queue_messages{queue="story.jobs.dead"})', "dead"),
        unit="short",
        steps=Steps(1, 10),
        link="search:storybot-failures",
    )
    make.number(
        "Workers that take tickets",
        'sum(rabbitmq_detailed_queue_consumers{queue="story.jobs"})',
        unit="short",
        steps=Steps(1, 1, lower=True),
    )
    make.number("Connections to the broker", "sum(rabbitmq_connections)", unit="short", steps=Steps(2, 1, lower=True))
    make.number("Messages a second in", "sum(rate(rabbitmq_global_messages_received_total[5m]))", unit="cps")
    make.number(
        "Messages a second acknowledged", "sum(rate(rabbitmq_global_messages_acknowledged_total[5m]))", unit="cps"
    )
    make.row("Broker")
    make.graph(
        "Memory, and where publishers are slowed down",
        ("rabbitmq_process_resident_memory_bytes", "in use"),
        ("rabbitmq_resident_memory_limit_bytes", "limit"),
        unit="bytes",
    )
    make.graph(
        "Disk free, and where publishers are stopped",
        ("rabbitmq_disk_space_available_bytes", "free"),
        ("rabbitmq_disk_space_available_limit_bytes", "limit"),
        unit="bytes",
    )
    make.graph("Open files", ("rabbitmq_process_open_fds", "open"), unit="short")
    return make.build()
