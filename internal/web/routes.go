package web

import (
	"net/http"
	"slices"

	"openiis/internal/access"
)

// route is one address: a pattern of net/http, who may use it, what it does.
type route struct {
	pattern string
	may     permission
	handle  func(*site, http.ResponseWriter, *http.Request) error
}

// routes is the whole map. Nothing is reachable that is not a line here.
func routes() []route {
	return []route{
		{"GET /assets/{name}", anyone, (*site).asset},
		{"GET /signin", anyone, (*site).signInForm},
		{"POST /signin", anyone, (*site).signIn},
		{"POST /signout", signedIn, (*site).signOut},
		{"GET /{$}", findPeople, (*site).findForm},
		{"POST /people/find", findPeople, (*site).find},
		{"GET /people/find", findPeople, (*site).findAgain},
		{"GET /people/newest", findPeople, (*site).newest},
		{"GET /people/{number}", openRecords, (*site).person},
		{"/", anyone, (*site).noPage},
	}
}

// permission is what a route lets someone do.
type permission string

// The permissions.
const (
	anyone      permission = "anyone"
	signedIn    permission = "signed in"
	findPeople  permission = "find people"
	openRecords permission = "open records"
)

// holders are the roles that have a permission; none for anyone, who needs none.
func (p permission) holders() []string {
	switch p {
	case signedIn, findPeople, openRecords:
		return access.Roles
	}
	return nil
}

func (p permission) allows(u access.User) bool {
	return p == anyone || slices.Contains(p.holders(), u.Role)
}
