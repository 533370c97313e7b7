package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"openiis/internal/is"
)

// Whoever asks chooses all but the last hop, in as many lines as they like.
func TestTheCallerIsTheLastHopOfAllLines(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"none":                   {nil, "192.0.2.1:1234"},
		"one":                    {[]string{"203.0.113.7"}, "203.0.113.7:0"},
		"added to what was sent": {[]string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7:0"},
		"a line of its own":      {[]string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7:0"},
		"a list and a line":      {[]string{"198.51.100.1, 198.51.100.2", " 203.0.113.7 "}, "203.0.113.7:0"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for _, line := range c.lines {
			r.Header.Add("X-Forwarded-For", line)
		}
		seen := ""
		behindProxy(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
		is.Equal(t, name, seen, c.want)
	}
}
