// Package record is the one way into a person's record: what was read of a
// submission is placed with its person, its doses are joined with what is
// known, and all of it is stored, audited and answered in one transaction.
//
// It reads no message and writes no reply. Everything that adds to a record
// goes through Take; everything that looks a person up for an asker through
// Find. A record's consolidated view is derived anew from its sources here and
// nowhere else.
package record

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Keeper places, joins and stores. It is safe for concurrent use.
type Keeper struct {
	store *store.Store
	codes *codeset.Tables
	doses *dedupe.Rules
	// engine is that of the schedule by which records are assessed on a day, and
	// named that of a release.
	engine func(cal.Date) (*cdsi.Engine, error)
	named  func(release string) (*cdsi.Engine, error)
	// weights are those in force, by which it is decided who is described; matching is
	// the profile by which updates are.
	weights   *store.Watched[*match.Rules]
	matching  string
	rekeyed   *atomic.Bool // nobody is stored under former keys alone
	policies  *policies    // by which state's policy the registry goes
	stubs     *stubs       // whether anybody has opted out
	rehearses bool         // what is taken is undone: it is shown to people
}

// New makes a Keeper over a registry, which matches updates by the profile
// balanced.
func New(s *store.Store, codes *codeset.Tables) *Keeper {
	return &Keeper{
		store: s, codes: codes, engine: cdsi.For, named: cdsi.Named, doses: dedupe.Published(),
		weights: watchWeights(s), matching: match.ForUpdates, rekeyed: new(atomic.Bool), policies: new(policies), stubs: new(stubs),
	}
}

// Matching has updates matched by a profile of match.Rules. It is called before
// anything is taken.
func (k *Keeper) Matching(profile string) { k.matching = profile }

// Over is this Keeper over a rehearsal of its registry.
func (k *Keeper) Over(s *store.Store) *Keeper {
	other := *k
	other.store, other.rekeyed, other.policies, other.stubs, other.rehearses = s, new(atomic.Bool), new(policies), new(stubs), true
	return &other
}

// Arrival is what was read of a submission and is to be stored.
type Arrival struct {
	Submission iis.SubmissionID
	Sender     iis.Sender
	Actor      iis.Actor
	Received   time.Time
	// Known is whose record it is, when somebody had it open; 0 when Person is to
	// be matched. What is said of a known person is events and choices; and, where Person has
	// a name, that the sender knows them (saidOpen).
	Known  iis.PersonID
	Person iis.Person
	// Choice is what was chosen about a record that somebody had open (Known).
	Choice *iis.Choice
	Doses  []Report
	// KnownOnly passes over who is not known: nobody is made new, unless somebody who
	// may be meant waits in the queue with them. It is decided by the profile closing,
	// for what closes a record. Only Bulk takes it.
	KnownOnly bool
	// Birth says that it is a birth record: the state's policy says what the parents
	// are told (notice.go). What an office of vital records sends by HL7 counts as one
	// without it.
	Birth bool
	// Others reported events of the same person, and the submission says so: each
	// is a source of its own. Only Together takes them.
	Others []Reported
	Act    string // what the audit calls it; "" for a message
	// Before, when there is one, looks at the record as it stands before anything is
	// added; its error keeps everything out.
	Before func(*store.Tx, *store.Folder) error
	// Informs, when it is not nil, is that the person was informed, which is written down with what
	// was said of a record that somebody had open.
	Informs *iis.Informed
	// Finish makes the receipt row from what happened; its findings may grow.
	Finish func(iis.Receipt) store.StoredReceipt
}

// ActTake is what the audit calls the taking of a message.
const ActTake = "take message"

// What the audit calls the taking of what a user entered on a page (intake.Desk.Enter).
const (
	ActAddPerson = "add a person"
	ActEnter     = "enter vaccinations"
	ActCorrect   = "correct a vaccination"
	ActDelete    = "delete a vaccination"
)

// Report is one usable order group.
type Report struct {
	Order int // its number in the submission
	Dose  iis.Dose
}

// Reported is what one more sender reported.
type Reported struct {
	Sender iis.Sender
	Doses  []Report
}

// arrival is an Arrival on its way through one transaction.
type arrival struct {
	Arrival
	k       *Keeper
	by      *judges
	tx      *store.Tx
	now     time.Time
	own     []string
	who     described
	former  bool // and looked up by former keys too
	receipt iis.Receipt
	folder  *store.Folder
	written []byte // the reports as they were stored
	// later leaves where the person stands to the next run over everyone.
	later bool
	// first says that the sender's own numbers for the person are new.
	first bool
	// over says that it goes over to a new identity: it is not captured.
	over bool
	stub recognized // what stubs of those who opted out say of it
	// sealed says that it is about a former identity that is sealed: folder is what
	// its senders said of it, and nobody is to learn of it (capture).
	sealed bool
}

// Take stores an arrival:
//
//  1. lock the keys by which the person may be found, so that two messages
//     about one new person do not make two;
//  2. place: find candidates by key, compare, decide; or take the record that is
//     known (fault.NotFound when there is none);
//  3. join: store what the message says that is new, add it to the folder and
//     derive the consolidated view anew, and where the person stands by the
//     schedule;
//  4. store receipt and audit.
//
// Everything happens in one transaction: all of it is durable when Take
// returns, or nothing is.
func (k *Keeper) Take(ctx context.Context, in Arrival) (iis.Receipt, error) {
	by, err := k.judges(ctx)
	if err != nil {
		return iis.Receipt{}, err
	}
	a := k.arrival(in, by)
	if err := k.prehash(ctx, a); err != nil {
		return iis.Receipt{}, fmt.Errorf("take submission %d: %w", in.Submission, err)
	}
	if err := k.lookAhead(ctx, a); err != nil {
		return iis.Receipt{}, fmt.Errorf("look ahead for submission %d: %w", in.Submission, err)
	}
	err = k.store.Write(ctx, func(tx *store.Tx) error {
		a.tx, a.now, a.stub.doubts = tx, k.store.Now(), nil
		a.receipt, a.folder, a.written, a.sealed = iis.Receipt{Submission: in.Submission}, nil, nil, false
		return a.take()
	})
	if err != nil {
		return iis.Receipt{}, fmt.Errorf("take submission %d: %w", in.Submission, err)
	}
	return a.receipt, nil
}

// arrival makes an Arrival ready.
func (k *Keeper) arrival(in Arrival, by *judges) *arrival {
	in.Person.ProtectedAt = 0
	if in.Person.Protection == "Y" {
		in.Person.ProtectedAt = in.Received.UnixMicro()
	}
	a := &arrival{Arrival: in, k: k, by: by, own: match.OwnKeys(&in.Person)}
	a.who = by.describe(&a.Person, false)
	return a
}

func (a *arrival) take() error {
	if err := a.look(); err != nil {
		return err
	}
	if err := a.tx.Lock(lockKeys(a.Sender.ID, a.own, a.who.keys)...); err != nil {
		return err
	}
	if err := a.add(); err != nil {
		return err
	}
	if a.receipt.Match == iis.AnsweredOptedOut {
		return a.leaveOut()
	}
	if !a.sealed {
		open, err := a.k.Visible(a.tx, a.folder, a.Sender.ID)
		if err != nil {
			return err
		}
		a.receipt.Open = open
	}
	if err := a.tx.AddReceipt(a.Finish(a.receipt)); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if a.sealed {
		if err := a.tx.SealSubmission(a.Submission, a.receipt.Person); err != nil {
			return err
		}
	}
	return a.tx.AddAudit(store.Audit{
		At: a.now, Actor: a.Actor, Act: cmp.Or(a.Act, ActTake), Person: a.receipt.Person,
		Subject: int64(a.Submission), Written: a.written,
	})
}

// look finds by which keys the person is to be looked up.
func (a *arrival) look() error {
	former, err := a.k.former(a.tx)
	if former && !a.former {
		read := a.who.ahead
		a.former, a.who = true, a.by.describe(&a.Person, true)
		a.who.ahead = read
	}
	return err
}

// add places and joins.
func (a *arrival) add() error {
	if err := a.place(); err != nil {
		return fmt.Errorf("place: %w", err)
	}
	if a.receipt.Match == iis.AnsweredOptedOut {
		return nil
	}
	if err := a.noteDeath(); err != nil {
		return fmt.Errorf("note a death: %w", err)
	}
	if a.folder == nil {
		return nil // KnownOnly
	}
	if a.Before != nil {
		if err := a.Before(a.tx, a.folder); err != nil {
			return err
		}
	}
	fresh, was := a.folder.Created.IsZero(), bearingOf(&a.folder.Golden)
	if err := a.join(); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	if a.sealed {
		return nil // nobody writes to the parents of a former identity
	}
	if a.Informs != nil {
		told := *a.Informs
		told.Person, told.Source = a.receipt.Person, a.receipt.Source
		if err := a.k.Inform(a.tx, a.Actor, &told); err != nil {
			return fmt.Errorf("write down that somebody was informed: %w", err)
		}
	}
	if err := a.keepDoubts(); err != nil {
		return fmt.Errorf("keep that it may be of somebody who opted out: %w", err)
	}
	if err := a.notify(fresh, was); err != nil {
		return fmt.Errorf("notices: %w", err)
	}
	return nil
}
