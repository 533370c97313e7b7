package quality

import (
	"context"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// BenchmarkTally is what it costs afterwards to count one message.
func BenchmarkTally(b *testing.B) {
	ctx := context.Background()
	s := storetest.Open(b, storetest.SQLite(b))
	desk, people := intake.New(s, codeset.Default()), synth.People(1)
	clinic := people.Clinic(0)
	var from iis.Sender
	err := s.Write(ctx, func(tx *store.Tx) (err error) {
		from, err = tx.PutSender(iis.Sender{Facility: clinic.Code, Name: clinic.Name}, "clinic", "-", time.Now())
		return err
	})
	for i := 0; i < b.N && err == nil; i++ {
		p := people.Person(i)
		_, err = desk.Message(ctx, from, iis.DoorFile, p.VXU(clinic, "B", time.Now()))
	}
	if err != nil {
		b.Fatal(err)
	}
	q := New(s, codeset.Default())
	b.ResetTimer()
	for more := 1; more > 0; {
		if more, err = q.Tally(ctx, time.Now().Add(time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
}
