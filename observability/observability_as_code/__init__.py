"""Files of observability/ that are written by code: ``make observability`` writes them, ``make test`` compares.

slo           recording rules and burn-rate alerts of the service level objectives
dashboards    Grafana's dashboards
kibana        Kibana's data views, saved searches and dashboards
elastic       Elasticsearch's component template for our log fields
reference     the tables of metrics and log fields in docs/observability.md
"""
