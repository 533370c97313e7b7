package drive

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"openiis/internal/hl7"
)

// Accepted checks that an answer accepts the message with a control id: MSA-1 is
// AA, or AE with nothing but warnings, and MSA-2 is the id. The error names
// rule and place and repeats nothing about a person.
func Accepted(answer []byte, control string) error {
	m, err := hl7.Parse(answer)
	if err != nil {
		return fmt.Errorf("the answer is no message: %w", err)
	}
	msa := m.First("MSA")
	if msa.IsZero() {
		return errors.New("the answer has no MSA")
	}
	if got := msa.Field(2).String(); got != control {
		return fmt.Errorf("the answer is to message %s, not %s", got, control)
	}
	switch ack := msa.Field(1).String(); ack {
	case "AA":
		return nil
	case "AE":
	default:
		return fmt.Errorf("message %s was answered %s", control, ack)
	}
	for i := range m.Len() {
		if s := m.Segment(i); s.Name() == "ERR" && s.Field(4).String() == "E" {
			return fmt.Errorf("message %s was answered AE: %s %s", control, s.Field(2).Raw(), s.Field(8))
		}
	}
	return nil
}

// FoundOne checks that an answer to a query is the history (Z32) of the one
// person with a number.
func FoundOne(answer []byte, control, number string) error {
	pid, err := history(answer, control)
	if err != nil {
		return err
	}
	ids := pid.Field(3)
	for r := range ids.Reps() {
		if ids.Rep(r+1).Comp(1).String() == number {
			return nil
		}
	}
	return fmt.Errorf("query %s was answered with somebody else", control)
}

// FoundNamed checks that an answer to a query is the history (Z32) of a person of
// that family name who was born on that day (YYYYMMDD).
func FoundNamed(answer []byte, control, family, born string) error {
	pid, err := history(answer, control)
	if err != nil {
		return err
	}
	if pid.Field(5).Comp(1).Sub(1).String() != family || pid.Field(7).String() != born {
		return fmt.Errorf("query %s was answered with somebody else", control)
	}
	return nil
}

// history is the PID of an answer that is a history.
func history(answer []byte, control string) (pid hl7.Segment, err error) {
	if err := Accepted(answer, control); err != nil {
		return pid, err
	}
	m, err := hl7.Parse(answer)
	if err != nil {
		return pid, err
	}
	if profile := m.MSH().Field(21).Comp(1).String(); profile != "Z32" {
		return pid, fmt.Errorf("query %s was answered %s, QAK-2 %s", control, profile, m.First("QAK").Field(2))
	}
	return m.First("PID"), nil
}

// Answers are the messages of a file of answers.
func Answers(file []byte) ([][]byte, error) {
	s := hl7.NewSplitter(bytes.NewReader(file), 64<<20)
	var out [][]byte
	for {
		m, err := s.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, bytes.Clone(m))
	}
}
