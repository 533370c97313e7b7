// Package web is the door for people: plain pages in the browser.
//
// A handler reads the request, calls one act and shows a page. It knows no rule
// and no SQL. Every address is a line of the route table, with who may use it.
// Pages work without script; nothing about a patient but the registry number is
// ever part of an address or of the log. Start at routes.go.
package web

import (
	"log/slog"
	"net/http"
	"sync"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/chart"
	"openiis/internal/enrol"
	"openiis/internal/helpdesk"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/mail"
	"openiis/internal/notice"
	"openiis/internal/quality"
	"openiis/internal/roster"
	"openiis/internal/steward"
	"openiis/internal/training"
)

// Doors is what the pages need of the rest.
type Doors struct {
	Gate  *access.Gate
	Chart *chart.Desk
	Inbox *inbox.Desk
	// Intake says what would happen if a message came.
	Intake  *intake.Desk
	Quality *quality.Desk
	Steward *steward.Desk
	Notices *notice.Desk
	Enrol   *enrol.Desk
	Audit   *audit.Desk
	// Training says who still has to learn before they use the pages.
	Training *training.Desk
	Help     *helpdesk.Desk
	// Mail is the outbox.
	Mail    *mail.Box
	Rosters *roster.Desk
	// Videos is the folder of the films of courses; "": there are none.
	Videos string
	// Log gets one line a request.
	Log *slog.Logger
	// Secure says that browsers come over TLS: the session's cookie then never
	// travels without it.
	Secure bool
	// PagesAt is the address at which people reach the pages, such as
	// https://registry.example.gov; "": what their browsers say.
	PagesAt string
}

// site is the door with what it makes once: pages and assets.
type site struct {
	Doors
	pages  pages
	assets assets
	cross  *http.CrossOriginProtection

	searches *searches
	uploads  chan struct{} // room for files that are read
	made     madePapers
	printing chan struct{} // room for papers that are made for anybody
	// strangers is room for documents of those who have no account, who may be many.
	strangers chan struct{}
}

// embedded are the assets and pages of this program, the same for every handler.
var embedded = sync.OnceValues(func() (assets, pages) {
	a := newAssets()
	return a, newPages(a)
})

// Handler serves the pages. It is safe for concurrent use; time limits are the
// server's to set.
func Handler(d Doors) http.Handler {
	s := &site{
		Doors: d, cross: http.NewCrossOriginProtection(), searches: newSearches(),
		uploads: make(chan struct{}, uploadsAtOnce), printing: make(chan struct{}, printsAtOnce), strangers: make(chan struct{}, uploadsAtOnce),
	}
	s.assets, s.pages = embedded()
	if s.assets.address(styleSheet) == "" {
		s.Log.Warn("the pages are plain: this program was built without their styles (make styles)")
	}
	mux := http.NewServeMux()
	for _, rt := range routes() {
		mux.Handle(rt.pattern, s.serve(rt))
	}
	return mux
}
