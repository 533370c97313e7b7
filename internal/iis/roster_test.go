package iis_test

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestGradesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", "01": "1", "3rd": "3", "Grade 12": "12", "11th grade": "11", "k": "K", "Kindergarten": "K", "Pre-K": "PK", "pk": "PK",
		"13": "", "Room 4": "", "": "", "Ms. Alder": "", "-1": "",
	} {
		is.Equal(t, text, iis.GradeOf(text), want)
	}
}
