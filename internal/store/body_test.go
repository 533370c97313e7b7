package store

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// fill gives every field of a value something, so that a field that no body
// holds shows. Texts repeat now and then, as real ones do.
func fill(v reflect.Value, r *rand.Rand) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("t%d", r.IntN(40)))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(r.Int64N(1<<20) - 1<<19)
		if v.Int() == 0 {
			v.SetInt(1)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), r)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), r)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), r)
		}
	default:
		panic(v.Kind().String())
	}
}

func TestABodyHoldsEveryField(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var p, q iis.Person
		fill(reflect.ValueOf(&p).Elem(), r)
		is.NoError(t, "read", decode(encode(&p, walkPerson), &q, walkPerson))
		is.Equal(t, "person", q, p)
		var d, e iis.Dose
		fill(reflect.ValueOf(&d).Elem(), r)
		is.NoError(t, "read", decode(encode(&d, walkDose), &e, walkDose))
		is.Equal(t, "dose", e, d)
	}
}

func TestAFolderIsReadAsItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var f, g Folder
	for _, part := range []any{&f.Golden, &f.Sources, &f.Doses, &f.Consolidated} {
		fill(reflect.ValueOf(part).Elem(), r)
	}
	for i := range f.Doses {
		f.Doses[i].Person = 0 // the row's own key
	}
	is.NoError(t, "read", decode(encode(&f, walkFolder), &g, walkFolder))
	is.Equal(t, "folder", g, f)

	var report, again Report
	fill(reflect.ValueOf(&report.Said).Elem(), r)
	fill(reflect.ValueOf(&report.Doses).Elem(), r)
	is.NoError(t, "read", decode(encode(&report, walkNewReport), &again, walkNewReport))
	is.Equal(t, "report", again, report)
}

func TestNothingThatWasSentIsTakenForNothing(t *testing.T) {
	var e iis.Dose
	d := iis.Dose{Unit: iis.Coded{System: "UCUM"}} // a code system without a code
	is.NoError(t, "read", decode(encode(&d, walkDose), &e, walkDose))
	is.Equal(t, "same", d.Same(&e), true)
}

func TestADamagedBodyIsAnError(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var p iis.Person
	fill(reflect.ValueOf(&p).Elem(), r)
	body := encode(&p, walkPerson)
	for cut := range len(body) {
		var q iis.Person
		if decode(body[:cut], &q, walkPerson) == nil {
			t.Fatalf("the first %d of %d bytes were read", cut, len(body))
		}
	}
	var q iis.Person
	if decode(append(body, 0), &q, walkPerson) == nil {
		t.Error("a body with something behind it was read")
	}
	body[0]++
	if decode(body, &q, walkPerson) == nil {
		t.Error("a body of another version was read")
	}
}

// FuzzBody: whatever stands in the database, reading it ends, without a panic
// and without taking much more memory than it has bytes.
func FuzzBody(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	var folder Folder
	for _, part := range []any{&folder.Golden, &folder.Sources, &folder.Doses, &folder.Consolidated} {
		fill(reflect.ValueOf(part).Elem(), r)
	}
	f.Add(encode(&folder, walkFolder))
	f.Add([]byte{bodyVersion, 2, 255, 255, 3})
	f.Fuzz(func(t *testing.T, body []byte) {
		var g, h Folder
		if decode(body, &g, walkFolder) != nil {
			return
		}
		again := encode(&g, walkFolder)
		is.NoError(t, "what was read and written again", decode(again, &h, walkFolder))
	})
}

func BenchmarkFolder(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 10))
	var f Folder
	for _, part := range []any{&f.Golden, &f.Sources} {
		fill(reflect.ValueOf(part).Elem(), r)
	}
	for i := range 8 {
		var d iis.SourceDose
		fill(reflect.ValueOf(&d).Elem(), r)
		d.ID, d.Origin = iis.SourceDoseID(i+1), iis.SourceDoseID(i+1)
		f.Doses = append(f.Doses, d)
	}
	body := encode(&f, walkFolder)
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			encode(&f, walkFolder)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var g Folder
			if err := decode(body, &g, walkFolder); err != nil {
				b.Fatal(err)
			}
		}
	})
}
