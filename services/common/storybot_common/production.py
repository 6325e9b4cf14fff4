"""Refuses a production start with a secret that is a development default, or weak.

    python -m storybot_common.production

Run before everything else by ``compose/production.yml``. The services look at their own secrets themselves; this looks
at those of programs that do not (Postgres, RabbitMQ, Grafana, Elasticsearch, Kibana), before they take them for good.
"""

from storybot_common import logs
from storybot_common.settings import BrokerSettings, DatabaseSettings, load
from storybot_common.strength import StrongPassword, StrongUrl


class ProductionSecrets(DatabaseSettings, BrokerSettings):
    """What administrators and the programs beside ours log in with."""

    database_url: StrongUrl
    amqp_url: StrongUrl
    grafana_password: StrongPassword
    elastic_password: StrongPassword
    kibana_system_password: StrongPassword
    logstash_writer_password: StrongPassword
    grafana_reader_password: StrongPassword
    kibana_encryption_key: StrongPassword


def main() -> None:
    """The command line; exit status 78 with a sentence for each secret that is of no use."""
    settings = load(ProductionSecrets)
    logs.configure("production-check", settings.log_level)
    logs.get_logger(__name__).info("secrets_accepted")


if __name__ == "__main__":
    main()
