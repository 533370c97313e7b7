package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"openiis/internal/cal"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// sweepFiles seals uploaded files that name a sealed identity in a row or in their own
// name: those of its senders, and those of others of which rows were never stored, so
// that no message leads to them; rosters among them, whose rows never become messages.
func (k *Keeper) sweepFiles(ctx context.Context, line store.Audit, senders []iis.SenderID, reports []store.Report, roster []store.RosterNumber) (n int, err error) {
	who := spelt(reports, roster)
	for before := iis.FileID(0); ; {
		var files []iis.File
		err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
			files, err = tx.OpenFiles(before, sweepAtOnce)
			return err
		})
		if err != nil || len(files) == 0 {
			return n, err
		}
		before = files[len(files)-1].ID
		for _, f := range files {
			if !f.Finished.IsZero() && f.Roster == 0 && !slices.Contains(senders, f.Sender) {
				continue
			}
			found, err := k.sweepFile(ctx, line, &f, who)
			if err != nil {
				return n, fmt.Errorf("look through file %d: %w", f.ID, err)
			}
			if found {
				n++
			}
		}
	}
}

// sweepFile seals a file when it names a sealed identity, with a line of the audit.
func (k *Keeper) sweepFile(ctx context.Context, line store.Audit, f *iis.File, who *spelling) (found bool, err error) {
	var raw []byte
	err = k.store.Read(ctx, func(tx *store.Tx) (err error) {
		raw, err = tx.FileContent(f.ID)
		return err
	})
	if err != nil || !who.of(f).in([]string{f.Name}) && !who.of(f).inFile(raw) {
		return false, err
	}
	return true, k.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SealFile(f.ID, line.Person); err != nil {
			return err
		}
		line.At = k.store.Now()
		return tx.AddAudit(line)
	})
}

// spelling is how a person is named in a row: by the words of a name, or by a number
// of four characters or more, which means the person to its sender alone.
type spelling struct {
	names   [][]string // the words of a family and a given name, all in capitals
	half    [][]string // likewise, of a family or a given name
	births  []cal.Date
	told    map[iis.SenderID]map[string]bool
	numbers map[string]bool // those of the sender of the rows
	roster  []store.RosterNumber
	site    iis.OrganizationID // whose roster the rows are; 0: they are none
}

// of is how the rows of a file name the person.
func (s *spelling) of(f *iis.File) *spelling {
	out := *s
	out.numbers, out.site = s.told[f.Sender], f.Roster
	return &out
}

// spelt is how the sources of a person name it, and rosters by their own numbers.
func spelt(reports []store.Report, roster []store.RosterNumber) *spelling {
	out := &spelling{told: map[iis.SenderID]map[string]bool{}, roster: roster}
	for i := range reports {
		p := reports[i].Said
		if p == nil {
			continue
		}
		if out.told[reports[i].Sender] == nil {
			out.told[reports[i].Sender] = map[string]bool{}
		}
		if p.Birth != cal.None && !slices.Contains(out.births, p.Birth) {
			out.births = append(out.births, p.Birth)
		}
		for _, n := range p.Names {
			for _, words := range [][]string{wordsIn(n.Family), wordsIn(n.Given)} {
				if len(words) > 0 {
					out.half = append(out.half, words)
				}
			}
			if n.Family != "" && n.Given != "" {
				out.names = append(out.names, append(wordsIn(n.Family), wordsIn(n.Given)...))
			}
		}
		for _, id := range p.IDs {
			if len(id.Value) >= 4 {
				out.told[reports[i].Sender][strings.ToUpper(strings.TrimSpace(id.Value))] = true
			}
		}
	}
	return out
}

// wordsIn are the words of a text, in capitals.
func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// inFile reports that a row of a file names the person. What cannot be read as rows is
// looked through line by line.
func (s *spelling) inFile(raw []byte) bool {
	table, err := flat.Read(raw, flat.Limits{Bytes: len(raw), Rows: len(raw) + 1}, flat.Mapping{})
	if err != nil {
		return slices.ContainsFunc(strings.Split(string(raw), "\n"), func(line string) bool { return s.in(strings.FieldsFunc(line, cellEnds)) })
	}
	return s.in(table.Header) || slices.ContainsFunc(table.Rows, func(r flat.Row) bool { return s.in(r.Cells) })
}

// cellEnds reports a mark that stands between the cells of a line.
func cellEnds(r rune) bool { return strings.ContainsRune(",;|\t\"\r", r) }

// in reports that the cells of a row name the person.
func (s *spelling) in(cells []string) bool {
	var words []string
	for _, c := range cells {
		if s.numbers[strings.ToUpper(strings.TrimSpace(c))] {
			return true
		}
		words = append(words, wordsIn(c)...)
	}
	return s.site != 0 && s.rostered(cells, words) || hasAll(words, s.names)
}

// hasAll reports that some words are all of one of some names.
func hasAll(words []string, names [][]string) bool {
	return slices.ContainsFunc(names, func(name []string) bool {
		return !slices.ContainsFunc(name, func(w string) bool { return !slices.Contains(words, w) })
	})
}

// rostered reports a row of a roster that is the person's by a site's own number: with the birth
// date and one of the names, by which it was matched (package roster), or, for the site whose
// number it is and of a number that is no grade, without any day.
func (s *spelling) rostered(cells, words []string) bool {
	return slices.ContainsFunc(s.roster, func(n store.RosterNumber) bool {
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.EqualFold(strings.Join(strings.Fields(c), " "), n.Number) }) {
			return false
		}
		days, born := s.days(cells)
		return born && hasAll(words, s.half) || !days && n.Site == s.site && len(n.Number) >= 4
	})
}

// days reports a row in which a day stands, and one in which a birth date of the person does.
func (s *spelling) days(row []string) (some, born bool) {
	for _, c := range row {
		for _, o := range []cal.Order{cal.MonthFirst, cal.DayFirst} {
			day, unread := cal.ReadWritten(strings.TrimSpace(c), o)
			if c == "" || unread != cal.Readable || day == cal.None {
				continue
			}
			some = true
			born = born || slices.Contains(s.births, day)
		}
	}
	return some, born
}
