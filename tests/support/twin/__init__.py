"""What one would write with the usual tools: FastAPI, an ORM session a request, Celery. The bench's yardstick.

It takes prompts, writes stories and stores them; it streams nothing and makes no promise about faults. What it does
it does as the documentation of its tools advises: a quorum queue, confirmed publishes, late acknowledgement.
"""
