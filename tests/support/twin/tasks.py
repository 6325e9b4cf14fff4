"""Its worker: one task."""

import os

from celery import Celery  # type: ignore[import-not-found]  # it is in the image alone
from kombu import Queue  # type: ignore[import-not-found]
from openai import OpenAI

from .models import Session, Story

celery = Celery("twin", broker=os.environ["AMQP_URL"])
celery.conf.update(
    task_queues=[Queue("twin", queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue="twin",
    task_default_exchange_type="topic",
    task_acks_late=True,
    task_ignore_result=True,
    worker_detect_quorum_queues=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"confirm_publish": True},
)
llm = OpenAI(base_url=os.environ["LLM_BASE_URL"], api_key="none")


@celery.task  # type: ignore[untyped-decorator]  # Celery has no types
def write_story(story_id: str) -> None:
    """Let the LLM write the story and store it."""
    with Session() as session:
        story = session.get_one(Story, story_id)
        story.status = "writing"
        content = story.prompt.content
        session.commit()
        answer = llm.chat.completions.create(model="fake", messages=[{"role": "user", "content": content}], stream=True)
        story.text = "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
        story.status = "finished"
        session.commit()
