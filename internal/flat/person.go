package flat

import "openiis/internal/iis"

// LacksPerson are what no column holds of a list of people, in which each row is a person:
// their names and birth date. A number of the list's owner is not needed.
func (p *Plan) LacksPerson() (out []string) {
	for _, need := range [][]string{{"last_name", "full_name"}, {"first_name", "full_name"}, {"birth_date"}} {
		held := false
		for _, f := range need {
			held = held || p.Holds(f)
		}
		if !held {
			out = append(out, LabelOf(need[0]))
		}
	}
	return out
}

// Person reads who the n-th row of a list of people is, with the owner's own number when it
// has one. refused says that whom it is about cannot be told, and the problems why.
func (p *Plan) Person(n int) (person iis.Person, number string, problems []Problem, refused bool) {
	row := &p.Table.Rows[n]
	if row.Broken != "" {
		return person, "", []Problem{{Line: row.Line, Column: -1, Severity: iis.Error, Rule: "row broken", Say: row.Broken}}, true
	}
	r := rowReader{plan: p, lines: func(int) int { return row.Line }, cells: row.Cell}
	number = r.cell("mrn")
	if shortened.MatchString(number) {
		r.refuse("mrn", "number shortened", numberShortened)
	}
	r.who(&person)
	return person, number, r.problems, r.refused
}
