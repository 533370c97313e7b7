package legacy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// ActTellDeaths is what the audit calls that certificates of deaths were read again.
const ActTellDeaths = "read certificates of deaths again"

// TellDeaths fills in what certificates of deaths say that came before the list of those
// of whom there is no record kept it: it reads them again in the submissions that brought
// them. One whose submission is sealed, or was cut, stays as it is. It returns how many it
// filled in.
func TellDeaths(ctx context.Context, s *store.Store, codes *codeset.Tables, by iis.Actor) (told int, err error) {
	var untold []store.UnmatchedDeath
	offices := map[iis.SenderID]string{}
	err = s.Read(ctx, func(tx *store.Tx) error {
		if untold, err = tx.UntoldDeaths(); err != nil || len(untold) == 0 {
			return err
		}
		places, err := tx.SenderPlaces()
		for i := range places {
			offices[places[i].ID] = places[i].Facility
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read certificates again: %w", err)
	}
	for i := range untold {
		u := &untold[i]
		sub, err := s.Submission(ctx, u.Submission)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return told, fmt.Errorf("read certificate %d again: %w", u.ID, err)
		}
		said := deathIn(sub.Raw, u.Certificate, rowReader{codes: codes, law: policy.Neutral(), today: cal.On(s.Now()), lost: func(string) {}}, offices[u.Sender])
		if said == nil {
			continue
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.TellUnmatched(u.ID, said); err != nil {
				return err
			}
			return tx.AddAudit(store.Audit{At: s.Now(), Actor: by, Act: ActTellDeaths, Subject: int64(u.ID)})
		})
		if err != nil {
			return told, fmt.Errorf("read certificate %d again: %w", u.ID, err)
		}
		told++
	}
	return told, nil
}

// deathIn reads a certificate in a submission of deaths (sorted.raw); nil when it is not
// there, or cannot be read.
func deathIn(raw []byte, certificate string, r rowReader, office string) *iis.Person {
	feed := &feeds[Deaths]
	_, file, _ := bytes.Cut(raw, []byte("\r\n")) // the first line says of what the rows are
	rows, t, err := deathRows(feed, file)
	if err != nil {
		return nil
	}
	r.table = t
	for _, r.cells = range rows {
		if r.text(t.id) != certificate {
			continue
		}
		if p, _, why := feed.read(&r, office); why == "" {
			return &p
		}
	}
	return nil
}

// deathRows are the rows of a file of people in memory, and what was learned of it.
func deathRows(feed *feedRules, file []byte) (rows [][][]byte, t *table, err error) {
	c := &csvFile{from: bufio.NewReader(bytes.NewReader(file)), next: 1}
	if err := c.names(); err != nil {
		return nil, nil, err
	}
	if t, err = newTable(feed, ofPatients, c); err != nil {
		return nil, nil, err
	}
	for {
		row, err := c.read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, t, nil
		case err != nil:
			return nil, nil, err
		case row.broken:
			continue
		}
		cells, _ := split(bytes.Clone(row.text), t.comma, nil)
		if len(cells) != len(t.header) {
			continue
		}
		t.learn(cells)
		rows = append(rows, cells)
	}
}
