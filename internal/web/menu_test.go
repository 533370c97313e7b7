package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
)

// The menu of an administrator is no wall of links, and that of who has few is not folded.
// Every page that the menu leads to is there for whom it is offered to.
func TestAMenuWithManyLinksIsFoldedInGroups(t *testing.T) {
	w := open(t)
	for role, folded := range map[string]bool{"administrator": true, "viewer": false} {
		b := w.signedIn(role)
		page := b.get("/").body
		menu := page[strings.Index(page, `<nav class="site-nav"`):]
		menu = menu[:strings.Index(menu, "</nav>")]
		is.Equal(t, role+": folded", strings.Contains(menu, `<details class="site-group"`), folded)
		is.Equal(t, role+": groups end", strings.Count(menu, "<details"), strings.Count(menu, "</details>"))
		links := regexp.MustCompile(`href="([^"?]*)`).FindAllStringSubmatch(menu, -1)
		is.Equal(t, role+": links", len(links) > 3, true)
		for _, l := range links {
			is.Equal(t, role+" opens "+l[1], b.get(l[1]).status, http.StatusOK)
		}
		top := regexp.MustCompile(`(?s)<ul>.*?</ul></details>`).ReplaceAllString(menu, "")
		if n := strings.Count(top, "<li>"); n > wideMenu+4 {
			t.Errorf("%s: the menu has %d entries on its line", role, n)
		}
	}
}
