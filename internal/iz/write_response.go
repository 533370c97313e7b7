package iz

import (
	"bytes"

	"openiis/internal/codeset"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// Query response status codes of QAK-2 (table 0208).
const (
	StatusFound   = "OK"
	StatusNone    = "NF" // nobody, or nobody who may be shown
	StatusTooMany = "TM"
	StatusError   = "AE" // the query cannot be answered
)

// About how long the parts of an answer are, so that it is written without
// moving it.
const (
	sizePerson = 2 << 10 // with header, query and next of kin
	sizeDose   = 3 << 8  // with its observations
)

// History answers a query with one person's complete history (profile Z32).
// What was doubtful in the query is told in the one ERR segment that the
// profile has room for; the query is answered all the same (MSA-1 = AA).
func (r Responder) History(q *Query, h History, t *codeset.Tables) []byte {
	w := &writer{r: r, t: t}
	w.b.Grow(sizePerson + len(h.Doses)*sizeDose)
	w.response(q, ProfileHistory, StatusFound, q.Findings)
	w.pid(1, &h.Person)
	w.pd1(&h.Person)
	w.nk1(&h.Person)
	for i := range h.Doses {
		w.order(&h.Doses[i])
	}
	return straight(w.b.Bytes())
}

// Candidates answers a query with the persons who may be meant (profile Z31),
// in the order given. PD1 is left out: nobody is told apart by it, and NIST's
// profile has another table for PD1-11 here than in a history.
func (r Responder) Candidates(q *Query, persons []iis.Person, t *codeset.Tables) []byte {
	w := &writer{r: r, t: t}
	w.b.Grow((1 + len(persons)) * sizePerson)
	w.response(q, ProfileCandidates, StatusFound, q.Findings)
	for i := range persons {
		w.pid(i+1, &persons[i])
		w.nk1(&persons[i])
	}
	return straight(w.b.Bytes())
}

// None answers a query with nobody (profile Z33). The status says why: StatusNone,
// StatusTooMany or StatusError; the worst of the findings is told with it.
func (r Responder) None(q *Query, status string, fs iis.Findings) []byte {
	w := &writer{r: r}
	w.response(q, ProfileNone, status, fs)
	return w.b.Bytes()
}

// response writes what all answers have in common: MSH, MSA, ERR, QAK and the
// query's own QPD.
func (w *writer) response(q *Query, profile, status string, fs iis.Findings) {
	w.msh(q.Header, profile, "RSP", "K11", "RSP_K11")
	code := AckAccept
	if status == StatusError {
		code = AckError
	}
	w.msa(code, q.Header)
	if list := fs.OnePerPlace(); len(list) > 0 && list[0].Severity != iis.Information {
		w.err(list[0])
	}
	w.b.Segment("QAK").Field(1, q.Tag).Field(2, status).Raw(3, queryName(q.QPD))
	if len(q.QPD) > 0 {
		w.b.Line(q.QPD)
	}
}

// queryName is QPD-1 as it was sent.
func queryName(qpd []byte) []byte {
	fields := bytes.SplitN(qpd, []byte{'|'}, 3)
	if len(fields) < 2 {
		return nil
	}
	return fields[1]
}

// straight is an answer of which what is told of a person shows on a screen as it
// was meant (fold.Straight). The asker's own words before it are echoed as they
// came.
func straight(answer []byte) []byte {
	if !fold.Turns(answer) {
		return answer
	}
	at := max(bytes.Index(answer, []byte("\rPID|")), 0)
	return append(bytes.Clone(answer[:at]), fold.Straight(answer[at:])...)
}
