package db

import "slices"

// aside is what a unit put aside to be worked out beside the units that follow.
type aside struct {
	unit *unit
	work func() func(Tx) error
	put  func(Tx) error
	done chan struct{} // nil until it is begun
}

func (t *sqliteTx) Beside(work func() func(Tx) error) error {
	t.aside = append(t.aside, &aside{unit: t.unit, work: work})
	return nil
}

// begin begins what was put aside: another unit is about to keep the writer.
func (t *sqliteTx) begin() {
	for _, a := range slices.Backward(t.aside) {
		if a.done != nil {
			return // and so are those before it
		}
		a.done = make(chan struct{})
		go func() {
			defer close(a.done)
			a.run()
		}()
	}
}

// run works it out. A panic is a failure of the one unit.
func (a *aside) run() {
	err := guarded(func(Tx) error { a.put = a.work(); return nil }, nil)
	if err != nil {
		a.put = func(Tx) error { return err }
	}
}

// forget drops what a unit put aside and nobody has begun.
func (t *sqliteTx) forget(u *unit) {
	t.aside = slices.DeleteFunc(t.aside, func(a *aside) bool { return a.unit == u })
}

// finish puts what was put aside where it belongs. It stops at a unit that
// fails in this, whose error it keeps, and returns it.
func (t *sqliteTx) finish() *unit {
	for _, a := range t.aside {
		if a.done == nil {
			a.run()
		} else {
			<-a.done
		}
		if err := guarded(a.put, t); err != nil {
			a.unit.err = err
			return a.unit
		}
	}
	t.aside = t.aside[:0]
	return nil
}

// drop drops whatever is put aside, when nothing of it is running any more: the
// units run again, with the same variables.
func (t *sqliteTx) drop() {
	for _, a := range t.aside {
		if a.done != nil {
			<-a.done
		}
	}
	t.aside = nil
}
