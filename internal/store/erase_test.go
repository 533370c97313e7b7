package store

import (
	"testing"
)

// whatErases says of every table that may hold something of a person what an opt-out does
// with it (docs/opt-out.md). A new table is added here when that is so.
var whatErases = map[string]string{
	"submission": "the message is erased, or the person's rows are cut out", "receipt": "erased with its message", "submission_class": "numbers alone",
	"person": "removed", "person_said": "removed", "search_key": "removed", "match_key": "removed by source", "source_key": "removed by source", "possible_match": "pairs removed; texts redacted",
	"possible_match_sender": "removed with the pair", "put_off": "removed", "person_alias": "removed", "sealed": "removed behind the person; texts redacted",
	"sealed_report": "removed", "sealed_link": "removed", "sealed_alias": "removed", "sealed_submission": "erased", "sealed_receipt": "erased", "sealed_about": "removed",
	"sealed_file": "removed", "flat_file": "rows cut out, name redacted", "flat_row": "answers to those rows erased", "unmatched_death": "removed; texts redacted",
	"alert": "a rule's own words and numbers", "alert_entry": "redacted", "review_entry": "redacted", "severity_change": "redacted", "organization_change": "redacted",
	"match_adoption": "redacted", "ticket": "redacted: its subject, and who asks; a number at most", "ticket_entry": "redacted", "training_event": "redacted", "application_entry": "redacted",
	"kept_form": "erased, everybody's: they are sealed, and good for half an hour",
	"audit":     "stays: numbers and keyed digests", "opt_out": "who asked is erased", "opt_out_key": "the stub",
}

// ofNobody are tables that hold nothing of a person.
var ofNobody = []string{
	"sender", "organization", "account", "invitation", "credential", "review", "flat_mapping", "sender_day", "sender_day_detail", "session", "sign_in",
	"recovery_code", "sender_certificate", "account_link", "designation", "passkey", "sign_in_step", "failed_sign_in", "course_result", "training_seat", "application", "application_version",
	"signing_link", "agreement", "agreement_file", "agreement_extension", "informing_plan", "site_go_live", "schema_version", "setting", "audit_seal", "standing_run", "key_run", "legacy_run", "held_key", "match_weights", "mail",
}

func TestEveryTableIsSaidToLoseWhoOptedOut(t *testing.T) {
	said := map[string]bool{}
	for _, e := range erasedTables {
		said[e.table] = true
	}
	for table := range whatErases {
		said[table] = true
	}
	for _, table := range ofNobody {
		said[table] = true
	}
	for _, d := range distributions {
		if !said[d.table] {
			t.Errorf("table %s: say in whatErases what an opt-out does with what it holds of a person, and do it", d.table)
		}
	}
}
