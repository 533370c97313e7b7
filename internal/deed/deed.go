// Package deed says in plain words what the audit calls acts: what kind each is of,
// which of them open a record, and how they are told to whoever reads a log.
//
// It knows acts by their names alone, wherever they are done, and decides nothing. An act
// that it does not know is told by its name; a test finds those. Start at Of and Kinds.
package deed

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what an act does, roughly: what the audit is searched by.
type Kind string

// The kinds.
const (
	Looked   Kind = "looked"   // somebody saw something of a record
	Printed  Kind = "printed"  // it left on paper
	Answered Kind = "answered" // it left in answer to a query
	Changed  Kind = "changed"  // something was added to it, or it was closed
	Who      Kind = "who"      // who is who, and which reports are of one dose
	Notices  Kind = "notices"  // what parents are told
	Messages Kind = "messages" // messages and files were opened or tried
	Accounts Kind = "accounts" // users, senders and organizations
	Upkeep   Kind = "upkeep"   // settings, and what the registry does by itself
	Audits   Kind = "audits"   // the audit itself, and alerts
)

// Kinds are all kinds, in the order in which they are offered.
var Kinds = []Kind{Looked, Printed, Answered, Changed, Who, Notices, Messages, Accounts, Upkeep, Audits}

var kindWords = map[Kind]string{
	Looked: "Looked at", Printed: "Printed", Answered: "Sent in answer to a query", Changed: "Changed", Who: "Decided who is who",
	Notices: "Notices to parents", Messages: "Messages and files", Accounts: "Users, senders and organizations", Upkeep: "Settings and upkeep", Audits: "Audit and alerts",
}

// Words are a kind in words.
func (k Kind) Words() string { return kindWords[k] }

// Deed is an act of the audit.
type Deed struct {
	Kind  Kind
	Words string // for the log of the record concerned
	// Opens says that somebody chose this record and saw it, or asked to; no list does.
	Opens bool
	// Lists says that this person was among others whom the registry showed or printed, with
	// name and birth date. What a site reads of its own file is none.
	Lists bool
	// Message says that the line's subject is a message.
	Message bool
}

// Of is an act by its name in the audit.
func Of(act string) Deed {
	for _, list := range []map[string]Deed{ofRecords, ofIdentity, ofUpkeep} {
		if d, ok := list[act]; ok {
			return d
		}
	}
	for begin, d := range ofMany {
		if rest, ok := strings.CutPrefix(act, begin); ok {
			d.Words += rest
			return d
		}
	}
	return Deed{Kind: Upkeep, Words: sentence(act)}
}

// Known reports that an act has words of its own.
func Known(act string) bool { return Of(act) != Deed{Kind: Upkeep, Words: sentence(act)} }

// Elsewhere are an act's words in a list that is not of one record.
func (d Deed) Elsewhere() string {
	return strings.NewReplacer("this record", "the record", "this person", "the person", "This record", "The record", "this log", "the access log").Replace(d.Words)
}

// Begins are how the names of the other acts of a kind begin (Acts).
func Begins(k Kind) []string {
	var out []string
	for begin, d := range ofMany {
		if d.Kind == k {
			out = append(out, begin)
		}
	}
	slices.Sort(out)
	return out
}

// Acts are the names of the acts of a kind, but for those whose name goes on with what was
// done (Begins).
func Acts(k Kind) []string {
	var out []string
	for _, list := range []map[string]Deed{ofRecords, ofIdentity, ofUpkeep} {
		for act, d := range list {
			if d.Kind == k {
				out = append(out, act)
			}
		}
	}
	slices.Sort(out)
	return out
}

// sentence gives words a capital letter.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
