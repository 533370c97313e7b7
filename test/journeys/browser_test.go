package journeys

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/is"
)

// browser is a visitor with a real browser.
type browser struct {
	t     *testing.T
	ctx   context.Context
	site  string
	axe   string // the text of axe-core
	shots string // folder of the pictures
}

// patience is how long a whole journey may take.
const patience = 4 * time.Minute

// The widths at which pages are looked at: a desk and a telephone.
const (
	wide   = 1280
	narrow = 390
	// zoomed is a desk at 400 % (WCAG 2.2, 1.4.10).
	zoomed = wide / 4
)

func openBrowser(t *testing.T, site string) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("Chromium is needed for this test: install Debian's package chromium, or run with -short")
	}
	axe, err := os.ReadFile(filepath.Join(root(), "ui", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal("axe-core is needed for this test: run npm ci --ignore-scripts in folder ui, or run with -short")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU, chromedp.WindowSize(wide, 900),
		chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return &browser{t: t, ctx: ctx, site: site, axe: string(axe), shots: pictureFolder(t)}
}

// pictureFolder is where pictures are kept: OPENIIS_SCREENSHOTS, or one in the
// system's folder for temporary files that stays after the test.
func pictureFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("OPENIIS_SCREENSHOTS")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "openiis-screenshots")
	}
	is.NoError(t, "folder for pictures", os.MkdirAll(dir, 0o755))
	t.Logf("pictures are in %s", dir)
	return dir
}

func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	is.NoError(b.t, what, chromedp.Do(b.ctx, steps...))
}

func (b *browser) visit(path string) {
	b.t.Helper()
	b.do("visit "+path, chromedp.Navigate(b.site+path))
}

// write writes into a field, named by its id or, when that is not one word, by a
// selector.
func (b *browser) write(field, text string) {
	b.t.Helper()
	if !strings.Contains(field, " ") {
		field = "#" + field
	}
	b.do("empty "+field, chromedp.Evaluate[chromedp.Void](`document.querySelector("`+field+`").value = ""`))
	b.do("write into "+field, chromedp.SendKeys(chromedp.CSS(field), text))
}

func (b *browser) signsIn(username string) {
	b.t.Helper()
	b.visit("/signin")
	b.write("username", username)
	b.write("password", password)
	b.press("main button")
}

func (b *browser) searches(text string) {
	b.t.Helper()
	b.visit("/")
	b.write("q", text)
	b.press("main button")
}

// path is where the browser is, on the site.
func (b *browser) path() string {
	b.t.Helper()
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname`))
	is.NoError(b.t, "where", err)
	return path
}

// hides fails the test when a part of the page is shown.
func (b *browser) hides(selector string) {
	b.t.Helper()
	shown, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector("`+selector+`").checkVisibility()`))
	is.NoError(b.t, "look for "+selector, err)
	is.Equal(b.t, selector+" is shown", shown, false)
}

// lacks fails the test when the page has something.
func (b *browser) lacks(selector string) {
	b.t.Helper()
	has, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q) !== null`, selector)))
	is.NoError(b.t, "look for "+selector, err)
	is.Equal(b.t, "the page has "+selector, has, false)
}

// downloads fetches what a link leads to, with the browser's own session, and
// keeps it; it must be a PDF.
func (b *browser) downloads(link, name string) {
	b.t.Helper()
	address, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("`+link+`").href`))
	is.NoError(b.t, "read the link", err)
	var jar struct {
		Cookies []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"cookies"`
	}
	b.do("read the cookies", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return t.Call(ctx, "Network.getCookies", nil, &jar)
	}))
	req, err := http.NewRequest(http.MethodGet, address, nil)
	is.NoError(b.t, "request", err)
	for _, c := range jar.Cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	resp, err := http.DefaultClient.Do(req)
	is.NoError(b.t, "fetch "+link, err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	is.NoError(b.t, "read "+link, err)
	if !strings.HasPrefix(string(content), "%PDF-") {
		b.t.Errorf("%s is no PDF", link)
	}
	is.NoError(b.t, "keep "+name, os.WriteFile(filepath.Join(b.shots, name+".pdf"), content, 0o644))
}

// hasNoScript lets pages run no script.
func (b *browser) hasNoScript() {
	b.t.Helper()
	b.do("forbid script", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return t.Call(ctx, "Emulation.setScriptExecutionDisabled", map[string]bool{"value": true}, nil)
	}))
}

// goesBack goes back to the page before, as with the browser's own button. It
// waits for the address to change and not for a page to load: a browser may show
// the page that it still has.
func (b *browser) goesBack() {
	b.t.Helper()
	before, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href`))
	is.NoError(b.t, "where", err)
	b.do("go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
	for range 100 {
		now, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.readyState == "complete" ? location.href : ""`))
		if err == nil && now != "" && now != before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Errorf("the browser does not go back from %s", before)
}

// doesNotSee fails the test when the page shows a text.
func (b *browser) doesNotSee(texts ...string) {
	b.t.Helper()
	all, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
	is.NoError(b.t, "read the page", err)
	for _, text := range texts {
		if strings.Contains(all, text) {
			b.t.Errorf("the page has %q:\n%s", text, all)
		}
	}
}

// holdsAPhone makes the browser a telephone's.
func (b *browser) holdsAPhone() {
	b.t.Helper()
	b.do("take a phone", chromedp.EmulateViewport(narrow, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// taps touches something and waits for the page that it leads to, if any. It
// fails when the finger would meet something else.
func (b *browser) taps(selector string) {
	b.t.Helper()
	met, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`(() => {
		const e = document.querySelector("`+selector+`");
		e.scrollIntoView({block: "center"});
		const r = e.getBoundingClientRect();
		return e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2));
	})()`))
	is.NoError(b.t, "reach "+selector, err)
	is.Equal(b.t, selector+" can be tapped", met, true)
	if strings.HasPrefix(selector, "label") || strings.Contains(selector, "'#") {
		b.do("tap "+selector, chromedp.Click(chromedp.CSS(selector)))
		return
	}
	b.press(selector)
}

// isSoundOnAPhone checks the page as it is on a telephone and takes its picture.
func (b *browser) isSoundOnAPhone(name string) {
	b.t.Helper()
	b.isAccessible(name)
	b.fits(name, narrow)
	b.pictures(name)
}

// pictures keeps a picture of the whole page.
func (b *browser) pictures(name string) {
	b.t.Helper()
	var picture struct {
		Data []byte `json:"data"`
	}
	b.do("picture", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return t.Call(ctx, "Page.captureScreenshot", map[string]bool{"captureBeyondViewport": true, "fromSurface": true, "optimizeForSpeed": true}, &picture)
	}))
	is.NoError(b.t, "keep the picture", os.WriteFile(filepath.Join(b.shots, name+".png"), picture.Data, 0o644))
}

// press presses a button or link and waits for the page it leads to. What is folded in a
// group of the menu is unfolded first.
func (b *browser) press(selector string) {
	b.t.Helper()
	b.do("unfold the menu", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const folded = document.querySelector(%q)?.closest("details.site-group:not([open])");
		if (folded) folded.querySelector("summary").click();
	}`, selector)))
	b.isThere(selector)
	_, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(selector)))
	is.NoError(b.t, "press "+selector, err)
}

// isThere ends the test when nothing like the selector comes onto the page within seconds: a click would wait for
// it as long as the test may run.
func (b *browser) isThere(selector string) {
	b.t.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		there, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q) !== null`, selector)))
		is.NoError(b.t, "look for "+selector, err)
		if there {
			return
		}
		if time.Now().After(end) {
			shown, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`)) // to be read by who mends it
			b.t.Fatalf("there is nothing to press that is %s:\n%s", selector, shown)
		}
	}
}

// sees fails the test when the page does not show a text.
func (b *browser) sees(texts ...string) {
	b.t.Helper()
	shown, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	is.NoError(b.t, "read the page", err)
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			b.t.Errorf("the page does not show %q:\n%s", text, shown)
		}
	}
}

// isSound checks the page at both widths and takes its picture.
func (b *browser) isSound(name string) {
	b.t.Helper()
	for _, w := range []struct {
		name   string
		pixels int64
	}{{"wide", wide}, {"narrow", narrow}} {
		b.do("resize", chromedp.EmulateViewport(w.pixels, 900))
		b.isAccessible(name + " " + w.name)
		b.fits(name, w.pixels)
		b.pictures(name + "-" + w.name)
	}
	b.do("resize", chromedp.EmulateViewport(zoomed, 256))
	b.fits(name+" at 400 %", zoomed)
	b.do("resize", chromedp.EmulateViewport(wide, 900))
}

// prints keeps the page as it is printed.
func (b *browser) prints(name string) {
	b.t.Helper()
	paper, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPaper(chromedp.PaperLetter)))
	is.NoError(b.t, "print", err)
	is.NoError(b.t, "keep the print", os.WriteFile(filepath.Join(b.shots, name+".pdf"), paper, 0o644))
}

// isAccessible runs axe-core with the rules of WCAG 2.2 AA and its own best
// practices. The script is brought in by the debugger, which the page's policy
// does not bind; where it stays for the next width. Of what passes axe describes one
// part a rule, which takes less than to describe each.
func (b *browser) isAccessible(name string) {
	b.t.Helper()
	brought, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`typeof axe === "object"`))
	is.NoError(b.t, "look for axe", err)
	if !brought {
		b.do("bring axe in", chromedp.Evaluate[chromedp.Void](b.axe))
	}
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`
		axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => {
			if (r.passes.length < 10) return ["axe checked only " + r.passes.length + " rules"];
			return r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html).join(" | "));
		})`, chromedp.EvalAwaitPromise))
	is.NoError(b.t, "run axe", err)
	for _, v := range found {
		b.t.Errorf("page %s: %s", name, v)
	}
}

// fits fails the test when the page is wider than the window, when something to
// press is lower than 24 pixels (WCAG 2.2, 2.5.8) or, if it is a button or a
// field, lower than 44, when a text is cut, or when what stands in a table runs
// into its label or its neighbour.
func (b *browser) fits(name string, width int64) {
	b.t.Helper()
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`(() => {
		const out = [];
		const root = document.scrollingElement;
		if (root.scrollWidth > window.innerWidth) out.push("scrolls to " + root.scrollWidth);
		for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden], [type=radio], [type=checkbox]), textarea, .usa-radio__label, .usa-checkbox__label, summary")) {
			if (e.matches("p a:not(.usa-button, .row-link)")) continue; // within a sentence
			const r = e.getBoundingClientRect();
			const least = e.matches("a:not(.usa-button), .reports summary") ? 24 : 44;
			if (r.height && r.height < least) out.push(e.outerHTML.slice(0, 80) + " is " + r.height + " high");
			if (r.right > window.innerWidth + 0.5) out.push(e.outerHTML.slice(0, 80) + " ends at " + r.right);
		}
		for (const e of document.querySelectorAll("main *")) {
			const r = e.getBoundingClientRect();
			if (r.height && r.width > 1 && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1) out.push(e.outerHTML.slice(0, 80) + " is cut");
		}
		const boxes = e => { const r = document.createRange(); r.selectNodeContents(e); return [...r.getClientRects()].filter(b => b.width > 1 && b.height > 1 && b.right > 0); };
		for (const e of document.querySelectorAll("main th, main td")) {
			const label = getComputedStyle(e, "::before"), own = boxes(e);
			if (!own.length || !e.checkVisibility()) continue;
			const left = Math.min(...own.map(b => b.left)), labelEnd = e.getBoundingClientRect().left + parseFloat(label.width);
			if (label.content != "none" && label.position == "absolute" && label.width != "1px" && left < labelEnd) out.push(e.outerHTML.slice(0, 80) + " is written over its label");
			const next = e.nextElementSibling;
			if (next) for (const a of own) for (const b of boxes(next))
				if (a.top < b.bottom - 2 && b.top < a.bottom - 2 && a.left < b.right && b.left - a.right < 4) out.push(e.outerHTML.slice(0, 80) + " touches what is beside it");
		}
		return out;
	})()`))
	is.NoError(b.t, "measure", err)
	for _, s := range found {
		b.t.Errorf("page %s at %d pixels: %s", name, width, s)
	}
}

// unfolds opens a part of the page that is folded.
func (b *browser) unfolds(selector string) {
	b.t.Helper()
	b.do("unfold "+selector, chromedp.Click(chromedp.CSS(selector)))
}
