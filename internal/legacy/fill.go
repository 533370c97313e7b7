package legacy

import (
	"context"
	"crypto/sha256"
	"errors"

	"golang.org/x/sync/errgroup"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// judged is a chunk whose people are placed and joined, ahead of the transaction
// that stores it.
type judged struct {
	*chunk
	batch   *store.Batch
	sub     iis.SubmissionID
	taken   []taken
	written []byte
}

// mayFill has an old registry fill one that has nobody yet (store.Filling).
func (i *importing) mayFill(tx *store.Tx) error {
	if i.Feed != OldRegistry || i.undone() {
		return nil
	}
	can, err := tx.CanFill(match.KeyVersion)
	if err != nil || !can {
		return err
	}
	if left, err := tx.AnyOptOutKey(); err != nil || left { // who opted out is recognized beside the registry
		return err
	}
	i.kept.Keys = &store.KeysPut{}
	i.kept.Lines, err = tx.FillingLines(i.run.Begun)
	return err
}

// fill takes what is not taken yet into a registry that had nobody: some are
// judged while those before are stored, and in the end the keys are. When others
// change records meanwhile, it stores the keys and is over: store.ErrNotAlone.
func (i *importing) fill(ctx context.Context) error {
	filling, err := i.store.Fill(ctx, i.run.ID, i.run.Begun, i.kept.Lines)
	if err != nil {
		return err
	}
	work, inner := errgroup.WithContext(ctx)
	told, ready := make(chan *judged, 1), make(chan *judged, 1)
	work.Go(func() error {
		defer close(told)
		return i.chunks(inner, func(ctx context.Context, c *chunk) error {
			j, err := i.judge(ctx, filling, c)
			if err != nil {
				return err
			}
			return handOn(ctx, told, j)
		})
	})
	work.Go(func() error {
		defer close(ready)
		for j := range told {
			written := sha256.New()
			j.batch.Close(written)
			j.written = written.Sum(nil)
			if err := handOn(inner, ready, j); err != nil {
				return err
			}
		}
		return nil
	})
	work.Go(func() error {
		for j := range ready {
			if err := i.put(inner, filling, j); err != nil {
				return err
			}
		}
		return nil
	})
	stopped := work.Wait()
	if stopped != nil && !errors.Is(stopped, store.ErrNotAlone) {
		return stopped
	}
	return errors.Join(filling.Finish(ctx, i.run.Chunks, *i.kept.Keys, i.keysPut), stopped)
}

// judge places and joins the people of a chunk.
func (i *importing) judge(ctx context.Context, filling *store.Filling, c *chunk) (*judged, error) {
	if err := i.senders(ctx, c); err != nil {
		return nil, err
	}
	j := &judged{chunk: c, batch: filling.Begin(ctx)}
	t, err := i.keeper.Ahead(ctx, j.batch)
	if err != nil {
		return nil, err
	}
	j.sub, j.taken, err = i.takeIn(t, c)
	for n := range c.people { // their doses are large, and others will be read meanwhile
		c.people[n] = person{id: c.people[n].id}
	}
	return j, err
}

// handOn hands a chunk on to who goes on with it.
func handOn(ctx context.Context, to chan<- *judged, j *judged) error {
	select {
	case to <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// put stores a chunk in one transaction with how far the import has come then.
func (i *importing) put(ctx context.Context, filling *store.Filling, j *judged) error {
	s := i.step(j.chunk)
	err := s.done(i.store.Write(ctx, func(tx *store.Tx) error {
		if err := s.begin(tx); err != nil {
			return err
		}
		if err := filling.Alone(tx, i.run.Chunks); err != nil {
			return err
		}
		if err := filling.Store(tx, j.batch, j.number); err != nil {
			return err
		}
		i.tell(j.chunk, j.taken)
		return s.end(tx, j.sub, j.written)
	}))
	if err == nil {
		filling.Stored(j.batch)
	}
	return err
}

// besideOthers is what the report says when a registry was not filled alone.
const besideOthers = "others changed records while this empty registry was filled: have everybody looked at again (openiis match review --all)"

// keysPut stores how many of the keys are stored.
func (i *importing) keysPut(tx *store.Tx, done store.KeysPut) error {
	if err := tx.HoldLegacyRun(&i.run); err != nil {
		return err
	}
	i.kept.Keys = &done
	i.Tell(Progress{Patients: i.kept.Done.People(), Of: i.sorted.files[ofPatients].rows, Keys: true})
	run := i.run
	return i.putRun(tx, &run, &i.kept)
}
