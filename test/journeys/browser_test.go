package journeys

import (
	"context"
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
const patience = 2 * time.Minute

// The widths at which pages are looked at: a desk and a telephone.
const (
	wide   = 1280
	narrow = 390
)

func openBrowser(t *testing.T, site string) *browser {
	t.Helper()
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
	return &browser{t: t, ctx: ctx, site: site, axe: string(axe), shots: pictures(t)}
}

// pictures is the folder of the pictures: OPENIIS_SCREENSHOTS, or one in the
// system's folder for temporary files that stays after the test.
func pictures(t *testing.T) string {
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

func (b *browser) write(field, text string) {
	b.t.Helper()
	sel := chromedp.CSS("#" + field)
	b.do("write into "+field, chromedp.Clear(sel), chromedp.SendKeys(sel, text))
}

// press presses a button or link and waits for the page it leads to.
func (b *browser) press(selector string) {
	b.t.Helper()
	_, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(selector)))
	is.NoError(b.t, "press "+selector, err)
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
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		is.NoError(b.t, "picture", err)
		is.NoError(b.t, "keep the picture", os.WriteFile(filepath.Join(b.shots, name+"-"+w.name+".png"), picture, 0o644))
	}
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
// does not bind.
func (b *browser) isAccessible(name string) {
	b.t.Helper()
	b.do("bring axe in", chromedp.Evaluate[chromedp.Void](b.axe))
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`
		axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => {
			if (r.passes.length < 10) return ["axe checked only " + r.passes.length + " rules"];
			return r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html).join(" | "));
		})`, chromedp.EvalAwaitPromise))
	is.NoError(b.t, "run axe", err)
	for _, v := range found {
		b.t.Errorf("page %s: %s", name, v)
	}
}

// fits fails the test when the page is wider than the window, or when something
// to press is lower than 24 pixels (WCAG 2.2, 2.5.8) or, if it is a button or a
// field, lower than 44.
func (b *browser) fits(name string, width int64) {
	b.t.Helper()
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`(() => {
		const out = [];
		const root = document.scrollingElement;
		if (root.scrollWidth > window.innerWidth) out.push("scrolls to " + root.scrollWidth);
		for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")) {
			const r = e.getBoundingClientRect();
			const least = e.matches("a:not(.button)") ? 24 : 44;
			if (r.height && r.height < least) out.push(e.outerHTML.slice(0, 80) + " is " + r.height + " high");
			if (r.right > window.innerWidth + 0.5) out.push(e.outerHTML.slice(0, 80) + " ends at " + r.right);
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
