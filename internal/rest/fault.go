package rest

import (
	"errors"
	"net/http"
	"strconv"

	"openiis/internal/fault"
)

// retryAfter is the pause, in seconds, asked of a sender when there is too much
// at once.
const retryAfter = 10

// statusOf says how each kind of failure looks to an HTTP client. Too many
// wrong passwords are 503 and not 429: senders know it as "later".
func statusOf(k fault.Kind) int {
	switch k {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Denied:
		return http.StatusUnauthorized
	case fault.Conflict:
		return http.StatusConflict
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// refusal is a request that this door turned away itself. Its words are ours
// alone: nothing of the request is in them.
type refusal struct {
	status int
	say    string
}

func (r refusal) Error() string { return r.say }

// refuse answers a request that was not taken: a status and one sentence. It
// returns the status.
func (d *door) refuse(w http.ResponseWriter, err error) int {
	var own refusal
	if !errors.As(err, &own) {
		own = refusal{statusOf(fault.KindOf(err)), fault.Public(err)}
	}
	switch own.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="OpenIIS", charset="UTF-8"`)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	case http.StatusRequestTimeout:
		w.Header().Set("Connection", "close")
	}
	http.Error(w, own.say, own.status)
	return own.status
}
