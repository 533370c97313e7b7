package iis_test

import (
	"reflect"
	"testing"

	"openiis/internal/iis"
)

// leaves calls f with every value in v that holds no other, after making every
// list one long.
func leaves(path string, v reflect.Value, f func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		leaves(path+"[0]", v.Index(0), f)
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(path+"."+v.Type().Field(i).Name, v.Field(i), f)
		}
	default:
		f(path, v)
	}
}

// change gives a leaf another value.
func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
		v.SetInt(v.Int() + 1)
	}
}

func TestSameLooksAtEveryField(t *testing.T) {
	var d iis.Dose
	leaves("Dose", reflect.ValueOf(&d).Elem(), func(string, reflect.Value) {}) // make the lists
	leaves("Dose", reflect.ValueOf(&d).Elem(), func(path string, v reflect.Value) {
		var e iis.Dose
		leaves("Dose", reflect.ValueOf(&e).Elem(), func(string, reflect.Value) {})
		if !d.Same(&e) {
			t.Fatalf("%s: two empty ones differ", path)
		}
		change(v)
		if same := d.Same(&e); same != (path == "Dose.Action") {
			t.Errorf("%s differs, and Same is %v", path, same)
		}
		v.SetZero()
	})
	var p iis.Person
	leaves("Person", reflect.ValueOf(&p).Elem(), func(string, reflect.Value) {})
	leaves("Person", reflect.ValueOf(&p).Elem(), func(path string, v reflect.Value) {
		var q iis.Person
		leaves("Person", reflect.ValueOf(&q).Elem(), func(string, reflect.Value) {})
		change(v)
		if p.Same(&q) {
			t.Errorf("%s differs, and Same is true", path)
		}
		v.SetZero()
	})
}
