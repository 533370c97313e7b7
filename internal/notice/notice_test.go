package notice_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/notice"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

var ada = iis.Actor{Kind: "user", User: 5, SeesClosed: true}

// town is a registry of Minnesota to which vital records send.
type town struct {
	t      *testing.T
	s      *store.Store
	keeper *record.Keeper
	desk   *notice.Desk
	vital  iis.Sender
}

func eachTown(t *testing.T, test func(w *town)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, s: s, keeper: record.New(s, codeset.Default())}
		w.desk = notice.New(s, w.keeper)
		is.NoError(t, "sender", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			w.vital, err = tx.EnsureSender("VITAL-RECORDS", "Vital records", time.Now())
			return err
		}))
		_, err := w.keeper.GoBy(context.Background(), policy.Named("mn"), ada, false)
		is.NoError(t, "go by", err)
		test(w)
	})
}

// born takes a birth record, and returns whose it is.
func (w *town) born(family, certificate string, edit ...func(*iis.Person)) iis.PersonID {
	w.t.Helper()
	p := iis.Person{
		Names: []iis.Name{{Family: family, Given: "Juniper", Type: "L"}}, Birth: cal.On(time.Now()).AddDays(-3), Sex: "F",
		IDs:       []iis.Identifier{{Value: certificate, Type: "PI", Authority: "VITAL"}},
		Addresses: []iis.Address{{Street: certificate + " Larch Street", City: "Duluth", State: "MN", Zip: "55802", Type: "H"}},
	}
	for _, e := range edit {
		e(&p)
	}
	r, err := w.keeper.Take(context.Background(), record.Arrival{
		Submission: iis.SubmissionID(w.s.NewID()), Sender: w.vital, Received: w.s.Now(), Person: p, Birth: true,
		Finish: func(iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: iis.SubmissionID(w.s.NewID())}
		},
	})
	is.NoError(w.t, "take", err)
	return r.Person
}

func (w *town) list(f notice.Filter) notice.Page {
	w.t.Helper()
	p, err := w.desk.List(context.Background(), ada, f)
	is.NoError(w.t, "list", err)
	return p
}

func due() notice.Filter { return notice.Filter{State: iis.NoticeDue} }

func TestTheListShowsWhatIsDueWhatIsLateAndWhereItGoes(t *testing.T) {
	eachTown(t, func(w *town) {
		mother := iis.Kin{Names: []iis.Name{{Family: "Vang", Given: "Anna"}}, Relation: iis.Coded{Code: "MTH"}}
		late := time.Now().AddDate(0, 0, -33)
		w.s.SetClock(func() time.Time { return late })
		w.born("Fern", "1", func(p *iis.Person) {
			p.Birth, p.Addresses = cal.On(late), []iis.Address{{City: "Fargo", Type: "BDL"}}
		})
		w.s.SetClock(time.Now)
		one := w.born("Marsh", "2", func(p *iis.Person) { p.Kin = []iis.Kin{mother} })
		p := w.list(due())
		is.Equal(t, "how many", len(p.Lines), 2)
		is.Equal(t, "waiting", p.Waiting[iis.NoticeDue], notice.Counts{All: 2, Late: 1})
		is.Equal(t, "the late one first", p.Lines[0].Late, 3)
		is.Equal(t, "no address", p.Lines[0].Mail, notice.Mail{To: "Parents of Juniper Fern", Child: "Juniper Fern"})
		is.Equal(t, "reaches", p.Lines[0].Mail.Reaches(), false)
		is.Equal(t, "address", p.Lines[1].Mail, notice.Mail{
			To: "Anna Vang", Child: "Juniper Marsh", Street: "2 Larch Street", City: "Duluth", State: "MN", Zip: "55802",
		})
		is.Equal(t, "language", p.Lines[1].Language, "English")
		f := due()
		f.Until = cal.On(time.Now())
		is.Equal(t, "due by today", len(w.list(f).Lines), 1)
		log, err := w.s.AccessLog(context.Background(), one, 10)
		is.NoError(t, "log", err)
		is.Equal(t, "who is shown finds it in the access log", log[0].Act, notice.ActList)
		if _, err := w.desk.List(context.Background(), ada, notice.Filter{State: "lost"}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a state that there is not: %v", err)
		}
	})
}

func TestALongListIsReadToItsEnd(t *testing.T) {
	eachTown(t, func(w *town) {
		names := strings.Fields("Ash Birch Cedar Dogwood Elder Fir Gorse Hazel Ivy Juniper Kapok Larch Maple Nettle Oak Pine Quince Reed Sorrel Thorn Ulmus Vetch Willow Yew Zinnia")
		want := notice.PageSize + 3
		for n := range want {
			w.born(names[n%len(names)]+names[n/len(names)], fmt.Sprint(n), func(p *iis.Person) { p.Birth -= cal.Date(n % 3) })
		}
		seen := map[iis.NoticeID]bool{}
		f := due()
		for pages := 0; pages == 0 || f.After != ""; pages++ {
			p := w.list(f)
			for _, l := range p.Lines {
				seen[l.ID] = true
			}
			f.After = p.Next
		}
		is.Equal(t, "by pages", len(seen), want)
		n := 0
		is.NoError(t, "each", w.desk.Each(context.Background(), ada, due(), func(*notice.Line) error { n++; return nil }))
		is.Equal(t, "for a file", n, want)
	})
}

func TestWhatIsMarkedIsInTheListOfItsState(t *testing.T) {
	eachTown(t, func(w *town) {
		w.born("Marsh", "1")
		id := w.list(due()).Lines[0].ID
		n, err := w.desk.Mark(context.Background(), ada, iis.NoticeSent, id, id)
		is.NoError(t, "mark", err)
		is.Equal(t, "marked", n, 1)
		is.Equal(t, "due", len(w.list(due()).Lines), 0)
		is.Equal(t, "sent", len(w.list(notice.Filter{State: iis.NoticeSent}).Lines), 1)
		if _, err := w.desk.Mark(context.Background(), ada, iis.NoticeSent); fault.KindOf(err) != fault.Invalid {
			t.Errorf("nothing was chosen: %v", err)
		}
	})
}

// TestALetterThatIsSentInformsTheParents: and one that the mail brings back did not.
func TestALetterThatIsSentInformsTheParents(t *testing.T) {
	eachTown(t, func(w *town) {
		child := w.born("Marsh", "1")
		id := w.list(due()).Lines[0].ID
		holds := func() (out []string) {
			is.NoError(t, "read", w.s.Read(context.Background(), func(tx *store.Tx) error {
				said, err := tx.InformedOf(child)
				for i := range said {
					if said[i].Holds() {
						out = append(out, said[i].Day.String()+" "+strings.Join(said[i].How, ",")+" "+said[i].Language)
					}
				}
				return err
			}))
			return out
		}
		mark := func(state iis.NoticeState) {
			_, err := w.desk.Mark(context.Background(), ada, state, id)
			is.NoError(t, "mark", err)
		}
		mark(iis.NoticeMade)
		is.Equal(t, "made alone", len(holds()), 0)
		mark(iis.NoticeSent)
		sent := []string{cal.On(w.s.Now()).String() + " notice eng"}
		is.Equal(t, "sent", holds(), sent)
		mark(iis.NoticeReturned)
		is.Equal(t, "returned", len(holds()), 0)
		mark(iis.NoticeDue)
		mark(iis.NoticeSent)
		is.Equal(t, "sent again", holds(), sent)
		mark(iis.NoticeDue)
		is.Equal(t, "marked by mistake", len(holds()), 0)
	})
}

func TestTheBestAddressForMailIsTaken(t *testing.T) {
	eachTown(t, func(w *town) {
		at := func(street, typ string) iis.Address { return iis.Address{Street: street, Zip: "55802", Type: typ} }
		w.born("Marsh", "1", func(p *iis.Person) {
			p.Addresses = []iis.Address{at("1 Old Road", "BA"), at("2 Home Street", "H"), at("PO Box 3", "M")}
			p.Kin = []iis.Kin{
				{Names: []iis.Name{{Family: "Vang", Given: "Anna"}}, Relation: iis.Coded{Code: "MTH"}},
				{Names: []iis.Name{{Family: "Marsh", Given: "Otto"}}, Relation: iis.Coded{Code: "FTH"}},
				{Names: []iis.Name{{Family: "Reed", Given: "Ida"}}, Relation: iis.Coded{Code: "SIB"}},
			}
		})
		m := w.list(due()).Lines[0].Mail
		is.Equal(t, "street", m.Street, "PO Box 3")
		is.Equal(t, "to", m.To, "Anna Vang and Otto Marsh")
	})
}
