package record

import (
	"time"

	"openiis/internal/dedupe"
	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// trusted is by what doses are joined, with what kind of organization each sender is of
// as that is known now: it holds for what is on record already, and for whatever an old
// registry brought.
type trusted struct {
	doses *dedupe.Rules
	kinds store.KindsChange // the last one that doses know of
}

// rules numbers that: it is higher with each change of the program's rules, and of what
// senders are. A record that has a lower one is made anew (Renewer).
func (t *trusted) rules() int { return rulesOf(dedupe.Version, t.kinds.Number) }

// kindsAtMost is how many times senders may become of another kind before numbers of two
// versions of the rules meet: more than anybody lives to see.
const kindsAtMost = 1 << 24

func rulesOf(version, kinds int) int { return version*kindsAtMost + kinds }

// readTrusted reads what senders are, where that changed since it was read before.
func (h *heldPolicy) readTrusted(tx *store.Tx, rules *dedupe.Rules, was *heldPolicy) (err error) {
	// the change first: what is changed between the two reads is read again
	if h.kinds, err = tx.SenderKindsChanged(); err != nil {
		return err
	}
	if was != nil && was.kinds == h.kinds {
		h.doses = was.doses
		return nil
	}
	kinds, err := tx.SenderKinds()
	if err == nil {
		h.doses = rules.From(kinds)
	}
	return err
}

// lately is what was read last, for what is shown and not stored.
func (k *Keeper) lately() *heldPolicy {
	if h := k.policies.Load(); h != nil {
		return h
	}
	return &heldPolicy{trusted: trusted{doses: k.doses}}
}

// WhyShown is why of two reports of one shot the first is shown and not the other, as a
// sentence for people.
func (k *Keeper) WhyShown(shown, other *iis.SourceDose) string {
	return k.lately().doses.WhyShown(shown, other)
}

// derive makes the consolidated view of a folder from what was reported.
func (k *Keeper) derive(tx *store.Tx, f *store.Folder) error {
	h, err := k.heldIn(tx)
	if err == nil {
		h.derive(f)
	}
	return err
}

func (t *trusted) derive(f *store.Folder) {
	f.Golden = golden.Person(goldenSources(f.Sources))
	share(&f.Golden, f.Sources, f.Choices)
	f.Consolidated, f.DoseRules = t.doses.Group(f.Doses, f.Pins), t.rules()
}

// settled reports that what senders are has not changed for so long that every server
// goes by it, and no transaction is under way that does not.
func (t *trusted) settled(now time.Time) bool { return now.Sub(t.kinds.At) > kindsSettle }

const kindsSettle = 20 * time.Second
