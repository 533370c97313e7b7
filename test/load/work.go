package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"openiis/internal/synth"
	"openiis/test/drive"
)

// clinics is how many facilities send. Each person has a clinic of their own,
// by index; now and then another one gives a dose, and the registry has to find
// the person by name.
const clinics = 4

type clinic struct {
	synth.Facility
	credential drive.Credential
}

// work deals messages: which person's, from whom. It is safe for concurrent
// use.
type work struct {
	people  *synth.Population
	known   int // persons 0 to known-1 are in the registry before the run
	clinics [clinics]clinic
	visits  [clinics]atomic.Int64 // persons of each clinic that came so far
	newborn atomic.Int64          // persons beyond the known ones
	visitor *visitor              // of mode pages
}

func newWork(people *synth.Population, known int) *work {
	w := &work{people: people, known: known}
	for i := range w.clinics {
		c := people.Clinic(i)
		w.clinics[i] = clinic{c, drive.Credential{Facility: c.Code, Username: strings.ToLower(c.Code), Password: "load-" + c.Code}}
	}
	return w
}

func isPostgres(db string) bool { return strings.HasPrefix(db, "postgres") }

// held is how many of a person's doses the registry has before the run, ten at
// most; the rest is yet to come.
func held(p *synth.Person) int { return min(max(0, len(p.Doses)-2), 10) }

// batchOf is how many messages a batch of the seeding holds.
const batchOf = 200

// seed sends every known person with what was given so far, in batches over
// several connections, and checks every answer.
func (w *work) seed(server *drive.Server, connections int, progress io.Writer) (int, error) {
	if w.known == 0 {
		return 0, nil
	}
	var next, done atomic.Int64
	failed := make(chan error, connections)
	for range connections {
		go func() {
			failed <- w.seedFrom(server, &next, &done)
		}()
	}
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for ended := 0; ended < connections; {
		select {
		case err := <-failed:
			if err != nil {
				return 0, fmt.Errorf("seed: %w", err)
			}
			ended++
		case <-tick.C:
			fmt.Fprintf(progress, "seeded %d of %d\n", done.Load(), w.known)
		}
	}
	return int(done.Load()), nil
}

// seedFrom sends batches until nobody is left. A batch is of one clinic's
// persons.
func (w *work) seedFrom(server *drive.Server, next, done *atomic.Int64) error {
	for {
		n := int(next.Add(1) - 1)
		home, first := n%clinics, n/clinics*batchOf
		if first*clinics >= w.known {
			return nil
		}
		sent, err := w.sendBatch(server, home, first)
		if err != nil {
			return err
		}
		done.Add(int64(sent))
	}
}

// sendBatch sends the persons of a clinic from its first-th on, over a
// connection of its own: a server closes those that stand idle.
func (w *work) sendBatch(server *drive.Server, home, first int) (int, error) {
	file := []byte("FHS|^~\\&\rBHS|^~\\&\r")
	var controls []string
	at := time.Now()
	for k := first; k < first+batchOf && k*clinics+home < w.known; k++ {
		p := w.people.Person(k*clinics + home)
		doses := make([]int, held(&p))
		for i := range doses {
			doses[i] = i
		}
		control := "S" + strconv.Itoa(p.Index)
		controls = append(controls, control)
		file = append(file, p.VXU(w.clinics[home].Facility, control, at, doses...)...)
	}
	if len(controls) == 0 {
		return 0, nil
	}
	file = append(file, "BTS|"+strconv.Itoa(len(controls))+"\rFTS|1\r"...)
	to, err := drive.Dial(server, drive.Batch, w.clinics[home].credential)
	if err != nil {
		return 0, err
	}
	defer to.Close()
	answer, err := to.Send(file)
	if err != nil {
		return 0, err
	}
	answers, err := drive.Answers(answer)
	if err != nil {
		return 0, err
	}
	if len(answers) != len(controls) {
		return 0, fmt.Errorf("%d messages had %d answers", len(controls), len(answers))
	}
	for i, a := range answers {
		if err := drive.Accepted(a, controls[i]); err != nil {
			return 0, err
		}
	}
	return len(controls), nil
}

// run sends for a while, and returns what came of updates and queries.
func (w *work) run(o options, server *drive.Server, lasts time.Duration) (updates, queries *tally) {
	begun := time.Now()
	until := begun.Add(lasts)
	var group sync.WaitGroup
	var up, ask []*sender
	begin := func(kind string, i, among int, pace time.Duration) *sender {
		s := &sender{w: w, server: server, door: o.door, number: i, kind: kind, pace: pace, until: until, abroad: o.abroad && kind == "Q"}
		s.begun = begun.Add(pace * time.Duration(i) / time.Duration(among)) // paced ones take turns
		group.Go(s.run)
		return s
	}
	switch o.mode {
	case intakeMode:
		for i := range o.senders {
			up = append(up, begin("U", i, o.senders, 0))
		}
	case queryMode:
		for i := range o.senders {
			ask = append(ask, begin("Q", i, o.senders, 0))
		}
	case mixedMode, pagesMode:
		for i := range o.senders {
			up = append(up, begin("U", i, o.senders, time.Second*time.Duration(o.senders)/time.Duration(cmp.Or(o.tells, mixedPace))))
		}
		if o.mode == pagesMode {
			group.Go(func() { w.visitor.run(until) })
			break
		}
		pace := time.Duration(0)
		if o.asks > 0 {
			pace = time.Second * mixedAskers / time.Duration(o.asks)
		}
		for i := range mixedAskers {
			ask = append(ask, begin("Q", i, mixedAskers, pace))
		}
	}
	group.Wait()
	return sum(up), sum(ask)
}
