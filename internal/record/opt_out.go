package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/stub"
)

// What the audit calls what is done about who is left out of the registry
// (docs/opt-out.md).
const (
	ActOptOut     = "opt out"
	ActErase      = "erase a record"
	ActOptBack    = "opt back in"
	ActLeftOut    = "leave out a message"
	ActSweepErase = "erase what names a person"
)

// maxAsker is how many letters the name of who asks has at most.
const maxAsker = 200

// OptingOut is a request to be left out of the registry.
type OptingOut struct {
	// Person is whose record it is, by whatever number; 0: of somebody who has none,
	// described by Who.
	Person iis.PersonID
	Who    iis.Person
	// Anyway takes it as of somebody who has no record also beside those who are like Who.
	Anyway   bool
	How      string // call or form
	Relation string // of iis.OptOutRelations
	Checked  string // of iis.OptOutChecks; "" where the policy does not want it
	Said     string // who asks, by name; it is erased with the record
	Asked    cal.Date
	Form     []byte // the signed form; a keyed digest of it is kept
	By       iis.Actor
}

// check tells what is missing, by the state's policy.
func (in *OptingOut) check(law *policy.Policy, now time.Time) error {
	in.Said = strings.Join(strings.Fields(in.Said), " ")
	known := func(list []iis.Coded, code string) bool {
		return slices.ContainsFunc(list, func(c iis.Coded) bool { return c.Code == code })
	}
	switch {
	case !law.OptOut.Possible:
		return fault.New(fault.Invalid, "In %s nobody opts out of the registry. Nothing was changed.", law.Name)
	case in.How == "certificate" || !law.OptOut.Takes(in.How):
		return fault.New(fault.Invalid, "Say in which way they ask, of those that the state’s policy has: %s.", strings.Join(waysOf(law), ", "))
	case !known(iis.OptOutRelations, in.Relation):
		return fault.New(fault.Invalid, "Say who asks: the person, a parent, a guardian or a legal representative.")
	case in.Checked == "" && law.OptOut.Identity, in.Checked != "" && !known(iis.OptOutChecks, in.Checked):
		return fault.New(fault.Invalid, "Say how the identity of who asks was checked.")
	case in.Said == "" || !utf8.ValidString(in.Said) || utf8.RuneCountInString(in.Said) > maxAsker:
		return fault.New(fault.Invalid, "Write the name of who asks, in at most %d letters.", maxAsker)
	case in.Asked == cal.None || in.Asked > cal.On(now):
		return fault.New(fault.Invalid, "Write the day on which they asked. It is not in the future.")
	case in.Person != 0:
		return nil
	}
	n := in.Who.LegalName()
	if fold.Text(n.Family) == "" || fold.Text(n.Given) == "" || in.Who.Birth == cal.None {
		return fault.New(fault.Invalid, "Write family name, given name and birth date of the person: without them nobody could be recognized.")
	}
	return nil
}

// waysOf are the ways in which staff take a request.
func waysOf(law *policy.Policy) []string {
	return slices.DeleteFunc(slices.Clone(law.OptOut.How), func(w string) bool { return w == "certificate" })
}

// OptOut takes a request to be left out of the registry. A record is closed at once to
// all but the programme's staff; where the state's policy has it erased, that is for
// Erase, when the time to take it back is over. For somebody who has no record a stub is
// made, by which they are recognized.
//
// fault.Invalid: something is missing, or the policy has no such way. fault.NotFound:
// there is no such record. fault.Conflict: it was asked already, or somebody may have a
// record.
func (k *Keeper) OptOut(ctx context.Context, in OptingOut) (*iis.OptOut, error) {
	law, err := k.Policy(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.check(law, k.store.Now()); err != nil {
		return nil, err
	}
	var out *store.OptOut
	err = k.try(ctx, ActOptOut, func(x *deciding) error {
		key, err := optOutKey(x.tx)
		if err != nil {
			return err
		}
		out = &store.OptOut{OptOut: iis.OptOut{
			ID: iis.OptOutID(k.store.NewID()), How: in.How, Relation: in.Relation, Checked: in.Checked, Asked: in.Asked, At: x.now, By: in.By,
		}}
		if len(in.Form) > 0 {
			out.Form = key.Digest(in.Form)
		}
		if err := x.mayLeaveOut(&in, law); err != nil {
			return err
		}
		if in.Person == 0 {
			return x.leaveOut(out, &in, key)
		}
		return x.closeBy(out, &in, law)
	})
	if err != nil {
		return nil, err
	}
	return &out.OptOut, nil
}

// mayLeaveOut is an error when somebody who is held to a region may not take a request: their
// state has them take none, or it is of somebody whose record they may not open.
func (x *deciding) mayLeaveOut(in *OptingOut, law *policy.Policy) error {
	switch {
	case !in.By.Reach.Holds():
		return nil
	case law.Regional == nil || !law.Regional.OptOuts:
		return fault.New(fault.Denied, "The programme’s staff take this request: %s. Nothing was changed.", law.OptOut.Contact)
	case in.Person == 0:
		return nil
	}
	now, err := x.tx.Follow(in.Person)
	if err != nil {
		return err
	}
	f, err := x.tx.Folder(now[0])
	if err != nil {
		return err
	}
	seen, _, err := x.k.Sees(x.tx, in.By, f)
	if err == nil && seen == nil {
		err = fault.New(fault.NotFound, "There is no record with this number among those that you may open. Nothing was changed.")
	}
	return err
}

// leaveOut makes the stub of somebody who has no record.
//
// Whether somebody is like them, or has opted out already, tells of others than those of a
// region: who is held to one is answered alike in every case, and records that may be this
// person's wait for the programme (store.OptOutDoubt).
func (x *deciding) leaveOut(out *store.OptOut, in *OptingOut, key stub.Key) error {
	who := x.judges.describe(&in.Who, false)
	l, err := x.k.lookUp(x.tx, x.judges, 0, &who)
	if err != nil {
		return err
	}
	unseen := in.By.Reach.Holds()
	d := x.judges.updates.Decide(who.record, l.candidates)
	if len(d.Candidates) > 0 && !in.Anyway && !unseen {
		return fault.New(fault.Conflict, "The record %s may be this person’s. If it is, take the opt-out there. If it is another’s, say that they have no record.", d.Candidates[0].Person.Public())
	}
	combinations := stub.Combinations(&in.Who, 0, namesKnown(x.judges.rules), true)
	same, err := sharedStub(x.tx, key, combinations)
	switch {
	case err != nil:
		return err
	case same != 0 && unseen:
		out.ID = same
		return x.tx.AddAudit(store.Audit{At: x.now, Actor: in.By, Act: ActOptOut, Subject: int64(same)})
	case same != 0:
		return fault.New(fault.Conflict, "This person has opted out already, by request %s.", same.Public())
	}
	out.State = iis.OptOutNone
	if err := x.tx.AddOptOutKeys(out.ID, hashed(key, combinations)); err != nil {
		return err
	}
	if err := x.tx.PutOptOut(out); err != nil {
		return err
	}
	if unseen {
		if err := x.doubtOpen(out.ID, d.Candidates); err != nil {
			return err
		}
	}
	return x.tx.AddAudit(store.Audit{At: x.now, Actor: in.By, Act: ActOptOut, Subject: int64(out.ID)})
}

// doubtOpen has the programme look at the open records that may be of somebody who asked to be
// left out and of whom no record was named.
func (x *deciding) doubtOpen(id iis.OptOutID, like []match.Scored) error {
	var ids []iis.PersonID
	for i := range like {
		ids = append(ids, like[i].Person)
	}
	cards, err := x.tx.Cards(ids...)
	if err != nil {
		return err
	}
	for i := range cards {
		if cards[i].Golden.Closed() {
			continue
		}
		err := x.tx.AddOptOutDoubt(store.OptOutDoubt{Person: cards[i].ID, OptOut: id, Kinds: []string{"what the staff of a region were told of the person"}, At: x.now})
		if err != nil {
			return err
		}
	}
	return nil
}

// closeBy closes a record by a request.
func (x *deciding) closeBy(out *store.OptOut, in *OptingOut, law *policy.Policy) error {
	now, err := x.tx.Follow(in.Person)
	if err != nil {
		return err
	}
	sides, err := x.hold(now[0])
	if err != nil {
		return err
	}
	s := sides[0]
	before, err := x.openRequest(s.id)
	if err != nil {
		return err
	}
	switch {
	case before != nil && before.How != "certificate":
		return fault.New(fault.Conflict, "This person has opted out already, by request %s.", before.ID.Public())
	case before != nil: // what the certificate said is taken up by whoever asks now
		before.State, before.Back, before.BackBy = iis.OptOutBack, x.now, in.By.User
		if err := x.tx.PutOptOut(before); err != nil {
			return err
		}
	}
	out.Person, out.Said, out.State = s.id, in.Said, iis.OptOutClosed
	if law.OptOut.Erases {
		out.State, out.Due = iis.OptOutWaiting, x.now.AddDate(0, 0, law.OptOut.TakeBack)
	}
	if err := x.sayOptOut(s, "Y"); err != nil {
		return err
	}
	if err := x.tx.PutOptOut(out); err != nil {
		return err
	}
	return x.tx.AddAudit(store.Audit{At: x.now, Actor: in.By, Act: ActOptOut, Person: s.id, Subject: int64(out.ID)})
}

// openRequest is the request by which a record is closed; nil when there is none.
func (x *deciding) openRequest(person iis.PersonID) (*store.OptOut, error) {
	former, err := x.tx.Former(person)
	if err != nil {
		return nil, err
	}
	all, err := x.tx.OptOutsOf(append(former, person)...)
	for i := range all {
		if s := all[i].State; s == iis.OptOutWaiting || s == iis.OptOutClosed {
			return &all[i], err
		}
	}
	return nil, err
}

// sayOptOut is the programme's word that somebody opted out, or is in the registry
// again: a report of a source of its own, which says nothing else of the person.
func (x *deciding) sayOptOut(s *side, word string) error {
	staff, err := x.tx.EnsureSender(iis.StaffFacility, iis.StaffName, x.now)
	if err != nil {
		return err
	}
	said, source := iis.Person{}, iis.SourceID(0)
	for _, l := range s.linked {
		if l.Method == methodOptOut {
			source = l.Source
		}
	}
	if source == 0 {
		source = iis.SourceID(x.k.store.NewID())
		err := x.tx.AddLink(store.Link{Person: s.id, Source: source, Method: methodOptOut, Since: x.now, Actor: "user"})
		if err != nil {
			return err
		}
		s.linked = append(s.linked, store.Linked{Source: source, Sender: staff.ID, Since: x.now, Method: methodOptOut})
	}
	said.OptOut = word
	r := store.Report{ID: x.k.store.NewID(), Person: s.id, Source: source, Sender: staff.ID, Received: x.now.UnixMicro(), Said: &said}
	if _, err := x.tx.AddReport(&r); err != nil {
		return err
	}
	s.reports = append(s.reports, r)
	return x.settle(s)
}

// methodOptOut is why the source is a person's in which the programme says that they
// opted out.
const methodOptOut = "opted out"

// OptBack takes a request back: a record that is closed is open again with all that it
// had, and of somebody who was erased nothing prevents a record any more. A record that
// was closed by a certificate is opened by naming the record.
//
// fault.NotFound: there is no such request. fault.Conflict: it was taken back already.
func (k *Keeper) OptBack(ctx context.Context, id iis.OptOutID, by iis.Actor) (*iis.OptOut, error) {
	var out *store.OptOut
	err := k.try(ctx, ActOptBack, func(x *deciding) error {
		var err error
		if out, err = x.tx.OptOut(id); err != nil {
			return err
		}
		switch {
		case out == nil:
			return fault.New(fault.NotFound, "There is no such request.")
		case out.State == iis.OptOutBack:
			return fault.New(fault.Conflict, "This opt-out was taken back already.")
		}
		return x.back(out, by)
	})
	if err != nil {
		return nil, err
	}
	return &out.OptOut, nil
}

// back takes a request back.
func (x *deciding) back(out *store.OptOut, by iis.Actor) error {
	if s := out.State; s == iis.OptOutWaiting || s == iis.OptOutClosed {
		now, err := x.tx.Follow(out.Person)
		if err != nil {
			return err
		}
		sides, err := x.hold(now[0])
		if err != nil {
			return err
		}
		if err := x.sayOptOut(sides[0], iis.OptedBack); err != nil {
			return err
		}
	}
	if err := x.tx.RemoveOptOutKeys(out.ID); err != nil {
		return err
	}
	out.State, out.Back, out.BackBy, out.Due, out.Said = iis.OptOutBack, x.now, by.User, time.Time{}, ""
	if err := x.tx.PutOptOut(out); err != nil {
		return err
	}
	return x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActOptBack, Person: out.Person, Subject: int64(out.ID)})
}

// FindOptOut is the request of somebody who has no record any more, found by how they
// are described; 0 when there is none. That it was looked for is for the caller to audit.
func (k *Keeper) FindOptOut(ctx context.Context, who *iis.Person) (id iis.OptOutID, err error) {
	by, err := k.judges(ctx)
	if err != nil {
		return 0, err
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		any, err := tx.AnyOptOutKey()
		if err != nil || !any {
			return err
		}
		key, err := optOutKey(tx)
		if err != nil {
			return err
		}
		shared, err := sharedOf(tx, key, stub.Combinations(who, 0, namesKnown(by.rules), true))
		best := stub.Another
		for of, kinds := range shared {
			if v := stub.Judge(kinds); v > best || v == best && v > stub.Another && of < id {
				best, id = v, of
			}
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("look for an opt-out: %w", err)
	}
	return id, err
}

// optOutKey is the key with which stubs are hashed. One that is not that with which
// those were hashed that there are is an error: nobody would be recognized.
func optOutKey(tx *store.Tx) (stub.Key, error) {
	content, check, err := tx.OptOutSecret()
	if err != nil {
		return stub.Key{}, err
	}
	key, err := stub.ReadKey(content)
	switch {
	case err != nil:
		return key, err
	case check == "":
		return key, tx.SetOptOutCheck(key.Check())
	case !key.Is(check):
		return key, fmt.Errorf("the key of opt-outs is another than that with which they were kept: nobody who opted out would be recognized. Put the right key file back")
	}
	return key, nil
}

// namesKnown are the names that this program knows.
func namesKnown(r *match.Rules) stub.Words {
	return stub.Words{Unnamed: r.IsUnnamed, Nothing: r.IsPlaceholder, Called: r.Called}
}

// hashed are the hashes of combinations.
func hashed(key stub.Key, all []stub.Combination) []store.OptOutKey {
	out := make([]store.OptOutKey, len(all))
	for i, c := range all {
		out[i] = store.OptOutKey{Hash: key.Hash(c), Kind: int64(c.Kind)}
	}
	return out
}

// sharedOf are the kinds of combinations that a description shares with each stub.
func sharedOf(tx *store.Tx, key stub.Key, all []stub.Combination) (map[iis.OptOutID][]stub.Kind, error) {
	hashes := make([][]byte, len(all))
	for i, h := range hashed(key, all) {
		hashes[i] = h.Hash
	}
	return kindsOf(tx, hashes)
}

// kindsOf are the kinds of some hashes that each stub has.
func kindsOf(tx *store.Tx, hashes [][]byte) (map[iis.OptOutID][]stub.Kind, error) {
	shared, err := tx.SharedOptOutKeys(hashes)
	out := map[iis.OptOutID][]stub.Kind{}
	for id, kinds := range shared {
		for _, k := range kinds {
			out[id] = append(out[id], stub.Kind(k))
		}
	}
	return out, err
}

// sharedStub is the request of whom a description is surely of; 0: of none.
func sharedStub(tx *store.Tx, key stub.Key, all []stub.Combination) (same iis.OptOutID, err error) {
	shared, err := sharedOf(tx, key, all)
	for id, kinds := range shared {
		if stub.Judge(kinds) == stub.Same && (same == 0 || id < same) {
			same = id
		}
	}
	return same, err
}
