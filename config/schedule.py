"""The pipeline in its order, and the sweeps that beat runs: one table each."""

# Stage -> the task that does its due work.
STAGES = {
    "read": "conversations.tasks.read_events",
    "changed": "webcare.tasks.note_changes",
    "ticket": "webcare.tasks.take_in",
    "triage": "webcare.tasks.triage",
    "assign": "webcare.tasks.assign",
    "settled": "webcare.tasks.settle_replies",
    "rules": "webcare.tasks.run_rules",
    "timed": "webcare.tasks.run_timed_rules",
    "held": "webcare.tasks.run_held_rules",
    "bulk": "webcare.tasks.change_in_bulk",
    "bulk_undo": "webcare.tasks.undo_in_bulk",
    "index": "webcare.tasks.index",
    "topics": "webcare.tasks.follow_topics",
    "alarm": "webcare.tasks.sound_alarms",
    "import": "webcare.tasks.read_imports",
    "erase": "webcare.tasks.erase",
}
# Rung as soon as a batch of the first is committed; the relay rings all the others.
FOLLOWS = {"read": "ticket", "ticket": "triage", "triage": "assign"}

SEND = "conversations.tasks.send_due"

# Rows that wait outside the stages: the task that the relay rings, and the query that
# says for which ids.
OUTBOXES = {
    "webcare.tasks.fan_out": "webcare.queries.subscriptions.fan_out_due",
    "webcare.tasks.tell_subscription": (
        "webcare.queries.subscriptions.subscriptions_due"
    ),
    # Without a broker beat rings in vain, and these may not wait for it.
    "webcare.tasks.ring_again": "webcare.queries.alarms.alarms_due",
    "webcare.tasks.send_letters": "webcare.queries.alarms.letters_due",
    "webcare.tasks.wake_snoozed": "webcare.queries.parking.snoozes_due",
    "webcare.tasks.ask_surveys": "webcare.queries.surveys.surveys_due",
    "webcare.tasks.send_reports": "webcare.queries.report_schedules.reports_due",
    "webcare.tasks.send_notification_letters": (
        "webcare.queries.notification_settings.letters_due"
    ),
    "webcare.tasks.tell_breaches": "webcare.queries.clocks.clocks_due",
    "webcare.tasks.expire_approvals": "webcare.queries.sweeps.approvals_due",
    "webcare.tasks.close_resolved": "webcare.queries.sweeps.closes_due",
    "webcare.tasks.claim_timed_rules": "webcare.queries.sweeps.timed_rules_due",
    "webcare.tasks.return_work": "webcare.queries.sweeps.returns_due",
    "webcare.tasks.offer_waiting": "webcare.queries.sweeps.offers_due",
}

# Calls to platforms wait for the network: they have workers of their own.
ROUTES = {
    SEND: {"queue": "send"},
    "conversations.tasks.look_up_uncertain": {"queue": "send"},
    "webcare.tasks.sound_alarms": {"queue": "send"},
    "webcare.tasks.send_letters": {"queue": "send"},
    "webcare.tasks.tell_subscription": {"queue": "hooks"},
    "webcare.tasks.train_topics": {"queue": "train"},
}

# Safe to miss, safe to run twice. A stage that the relay forgot is found here.
SWEEPS = {
    name: {"task": task, "schedule": 10.0, "options": {"expires": 10}}
    for name, task in STAGES.items()
} | {
    "settle-stuck": {
        "task": "conversations.tasks.settle_stuck",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "look-up-uncertain": {
        "task": "conversations.tasks.look_up_uncertain",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "ring-again": {
        "task": "webcare.tasks.ring_again",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "send-letters": {
        "task": "webcare.tasks.send_letters",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "find-trainings": {
        "task": "webcare.tasks.find_trainings",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "erase-old": {
        "task": "webcare.tasks.erase_old",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "forget-requests": {
        "task": "webcare.tasks.forget_requests",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget-attachments": {
        "task": "webcare.tasks.forget_attachments",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget-notifications": {
        "task": "webcare.tasks.forget_notifications",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "fan-out": {
        "task": "webcare.tasks.fan_out",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "forget-told": {
        "task": "webcare.tasks.forget_told",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "claim-timed-rules": {
        "task": "webcare.tasks.claim_timed_rules",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "return-work": {
        "task": "webcare.tasks.return_work",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "expire-approvals": {
        "task": "webcare.tasks.expire_approvals",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "forget-gone": {
        "task": "webcare.tasks.forget_gone",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "wake-snoozed": {
        "task": "webcare.tasks.wake_snoozed",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "send-reports": {
        "task": "webcare.tasks.send_reports",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "send-notification-letters": {
        "task": "webcare.tasks.send_notification_letters",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "ask-surveys": {
        "task": "webcare.tasks.ask_surveys",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "tell-breaches": {
        "task": "webcare.tasks.tell_breaches",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "close-resolved": {
        "task": "webcare.tasks.close_resolved",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "roll-up": {
        "task": "webcare.tasks.roll_up",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "offer-waiting": {
        "task": "webcare.tasks.offer_waiting",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
}
