package db

import (
	"fmt"
	"reflect"
)

// plain turns an argument into one of the types that both drivers take without
// reflection: int64, float64, string, []byte or nil. A bool is 0 or 1.
func plain(v any) any {
	switch v := v.(type) {
	case nil, int64, string, []byte, float64:
		return v
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(r.Uint())
	case reflect.String:
		return r.String()
	}
	panic(fmt.Sprintf("db: an argument of type %T cannot be stored", v))
}
