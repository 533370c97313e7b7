package paper

import "strings"

// Next vaccines: a heading, lines in two columns, and what is complete in a sentence.
const (
	nextColumns = 2
	nextLine    = 3.7
	nextHead    = 9.5
	nextSize    = 8.5
)

// pending are the groups that need a line, done the names of those that are complete.
func (r *Record) pending() (pending []Next, done []string) {
	for _, n := range r.Next {
		if n.Done {
			done = append(done, n.Group)
		} else {
			pending = append(pending, n)
		}
	}
	return pending, done
}

// doneWords are the groups in which nothing more is needed, in a sentence.
func doneWords(done []string) string {
	if len(done) == 0 {
		return ""
	}
	return "Complete or immune: " + strings.Join(done, "; ") + "."
}

// nextHeight is the room that next vaccines need.
func (s *sheet) nextHeight() float64 {
	pending, done := s.r.pending()
	if s.r.Silent == "" && len(s.r.Next) == 0 {
		return 0
	}
	s.SetFont(font, "", nextSize)
	text := len(s.lines(s.r.Silent, width)) + len(s.lines(doneWords(done), width))
	return nextHead + nextLine*float64(rowsOf(pending)+text) + 1
}

func rowsOf(list []Next) int { return (len(list) + nextColumns - 1) / nextColumns }

// next says what is next in each group, what needs action first: down the first
// column, then down the second.
func (s *sheet) next() {
	height := s.nextHeight()
	if height == 0 {
		return
	}
	s.room(min(height, bottom/2))
	s.SetY(s.GetY() + 4)
	s.write(margin, s.GetY()+3.5, "Next vaccines", 10, "B", ink)
	s.SetY(s.GetY() + 5.5)
	pending, done := s.r.pending()
	rows := rowsOf(pending)
	const column = width / nextColumns
	for i := range rows {
		s.room(nextLine)
		y := s.GetY() + 3
		for k := i; k < len(pending); k += rows {
			n, x := pending[k], margin+column*float64(k/rows)
			status := n.Status
			if !n.On.IsZero() {
				status += " " + day(n.On)
			}
			s.SetFont(font, "B", nextSize)
			end := s.write(x, y, s.cut(status, column-padding), nextSize, "B", ink)
			s.SetFont(font, "", nextSize)
			if left := x + column - end - 4; left > 5 {
				s.write(end+1.5, y, s.cut(n.Group, left), nextSize, "", ink)
			}
		}
		s.SetY(s.GetY() + nextLine)
	}
	for _, text := range []string{doneWords(done), s.r.Silent} {
		if text != "" {
			s.paragraph(text, nextSize, ink)
		}
	}
}
