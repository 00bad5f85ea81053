"""The AsyncAPI 3 document: topics as channels, types as messages, and who sends and reads what."""

from typing import Any

import yaml

from shared.events.base import (
    CLAIM_EVENTS,
    FINDING_EVENTS,
    PAYOUT_EVENTS,
    TOPICS,
    VERIFICATION_EVENTS,
    EventType,
)
from shared.events.catalogue import event_types
from shared.events.contracts.described import meaning
from shared.events.contracts.fields import HEADERS
from shared.events.contracts.schema import DIALECT, file_name
from shared.events.partition import DEFAULT_PARTITIONS

Part = dict[str, Any]  # a piece of the document, built here and written to a file
MEANINGS = {
    CLAIM_EVENTS: "Plans, classes, certificates, claims, and what the world outside looks like.",
    FINDING_EVENTS: "What audit found, how people ended it, and how far audit has judged.",
    PAYOUT_EVENTS: "Funds, advances, payouts, settlements, recoveries, and the bank's word.",
    VERIFICATION_EVENTS: "Questions to the registers of other bureaus, and their answers.",
}
SENDS = {
    "claims": (CLAIM_EVENTS, VERIFICATION_EVENTS),
    "payments": (PAYOUT_EVENTS,),
    "audit": (FINDING_EVENTS,),
}
READS = {
    "claims": (PAYOUT_EVENTS, FINDING_EVENTS),
    "payments": (CLAIM_EVENTS, FINDING_EVENTS),
    "audit": TOPICS,
}


def asyncapi_document() -> str:
    """docs/events/asyncapi.yaml."""
    document: Part = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Claims ledger events",
            "version": "1.0.0",
            "description": "Every event of the ledger: CloudEvents 1.0 in structured JSON, encoded "
            "once. Generated from the event classes.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {_channel_id(topic): _channel(topic) for topic in TOPICS},
        "operations": _operations("send", SENDS) | _operations("receive", READS),
        "components": {
            "messages": {kind.key: _message(kind) for kind in event_types()},
            "messageTraits": {"record": _record_trait()},
        },
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)


def kinds_of(topic: str) -> list[EventType]:
    """The types that may stand in a topic."""
    return [kind for kind in event_types() if topic in kind.topics]


def _channel_id(topic: str) -> str:
    return topic.removesuffix(".v1")


def _channel(topic: str) -> Part:
    return {
        "address": topic,
        "description": MEANINGS[topic],
        "messages": {
            kind.key: {"$ref": f"#/components/messages/{kind.key}"} for kind in kinds_of(topic)
        },
        "bindings": {
            "kafka": {
                "topic": topic,
                "partitions": DEFAULT_PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": -1,
                    "retention.bytes": -1,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(kind: EventType) -> Part:
    return {
        "name": kind.key,
        "title": kind.name,
        "summary": meaning(kind.facts),
        "contentType": "application/cloudevents+json",
        "payload": {
            "schemaFormat": f"application/schema+json;version={DIALECT.split('/')[4]}",
            "schema": {"$ref": f"./{file_name(kind)}"},
        },
        "traits": [{"$ref": "#/components/messageTraits/record"}],
    }


def _record_trait() -> Part:
    return {
        "headers": {
            "type": "object",
            "required": list(HEADERS),
            "properties": {
                name: {"type": "string", "format": "binary", "description": text}
                for name, text in HEADERS.items()
            },
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "stream id, as in `subject`"},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations(action: str, table: dict[str, tuple[str, ...]]) -> Part:
    return {
        f"{service}.{action}.{_channel_id(topic)}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{_channel_id(topic)}"},
            "summary": f"{service} {'writes' if action == 'send' else 'reads'} {topic}",
            "tags": [{"name": service}],
        }
        for service, topics in table.items()
        for topic in topics
    }
