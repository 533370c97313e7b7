package legacy

import (
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/policy"
)

// rowReader reads the cells of one row.
type rowReader struct {
	table *table
	cells [][]byte
	codes *codeset.Tables
	today cal.Date
	law   *policy.Policy
	// optOut is what opt_out of a birth does.
	optOut optOut
	lost   func(reason string) // hears of a value that was left out
}

// text is the cell of a column; "" for none.
func (r *rowReader) text(column string) string {
	at, ok := r.table.columns[column]
	if !ok {
		return ""
	}
	return readable(r.cells[at])
}

// day reads a day; why is the reason when it cannot be.
func (r *rowReader) day(column string) (day cal.Date, why cal.Unread) {
	s := r.text(column)
	if s == "" {
		return cal.None, cal.Readable
	}
	return cal.ReadWritten(s, r.table.orders[column])
}

// dayIfAny reads a day without which the rest can be taken.
func (r *rowReader) dayIfAny(column string) cal.Date {
	day, why := r.day(column)
	if why != cal.Readable {
		r.lost(column + " " + string(why))
	}
	return day
}

// word is the code that a cell spells; one that is not known is left out.
func (r *rowReader) word(column string, words map[string]string) string {
	s := strings.ToUpper(r.text(column))
	code, ok := words[s]
	if !ok && s != "" {
		r.lost(column + " is not known")
	}
	return code
}

// coded is a code with its meaning. One that is in no table is kept as it is.
func (r *rowReader) coded(column, system string, tables ...string) iis.Coded {
	s := r.text(column)
	if s == "" {
		return iis.Coded{}
	}
	for _, code := range []string{s, strings.ToUpper(s)} {
		for _, t := range tables {
			if e := r.codes.Find(t, code); e != nil {
				return iis.Coded{Code: e.Code, Text: e.Meaning, System: system}
			}
		}
	}
	r.lost(column + " is in no table; it was kept as it is")
	return iis.Coded{Code: s, System: system}
}

var (
	sexes = map[string]string{"": "", "F": "F", "FEMALE": "F", "M": "M", "MALE": "M", "X": "X", "U": "U", "UNKNOWN": "U", "O": "U"}
	yesNo = map[string]string{"": "", "Y": "Y", "YES": "Y", "1": "Y", "TRUE": "Y", "T": "Y", "N": "N", "NO": "N", "0": "N", "FALSE": "N", "F": "N", "U": "", "UNKNOWN": ""}
	// sharing: who may be shared has no protection (PD1-12).
	sharing  = map[string]string{"": "", "Y": "N", "YES": "N", "1": "N", "TRUE": "N", "N": "Y", "NO": "Y", "0": "Y", "FALSE": "Y"}
	statuses = map[string]string{"": "", "A": "A", "I": "I", "L": "L", "M": "M", "P": "P", "U": "U", "ACTIVE": "A", "INACTIVE": "I", "LOST": "L", "MOVED": "M", "DECEASED": "P", "UNKNOWN": "U"}
	// information sources, by table NIP001 and by the contract's words.
	infoSources = map[string]string{
		"": "", "ADMINISTERED": "00", "HISTORICAL": "01",
		"00": "00", "01": "01", "02": "02", "03": "03", "04": "04", "05": "05", "06": "06", "07": "07", "08": "08",
		"0": "00", "1": "01", "2": "02", "3": "03", "4": "04", "5": "05", "6": "06", "7": "07", "8": "08",
	}
	completions = map[string]string{"": "", "CP": "CP", "PA": "PA", "NA": "NA", "RE": "RE", "COMPLETE": "CP", "COMPLETED": "CP", "PARTIAL": "PA", "REFUSED": "RE"}
)
