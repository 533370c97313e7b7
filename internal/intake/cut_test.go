package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// stopAfter is a file of which reading stops, with its context, before its last
// part.
func stopAfter(stop context.CancelFunc, first, rest string) io.Reader {
	return io.MultiReader(strings.NewReader(first), readerFunc(func([]byte) (int, error) {
		stop()
		return 0, errors.New("woken")
	}), strings.NewReader(rest))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAFileThatIsCutSaysWhereAndIsWrappedToItsEnd(t *testing.T) {
	a, b, c := update("1", "A", "Example"), update("2", "B", "Sample"), update("3", "C", "Person")
	begun := strings.Index(c, "PID")
	for name, x := range map[string]struct {
		first, rest, want string
		taken             int
		say               string
	}{
		"bare":              {a + b + c[:begun], c[begun:], "AA:1 AA:2 AR:UNKNOWN", 2, "after message 2 of this file. Up to it everything is taken and answered above; send the rest later, from message 3 on."},
		"wrapped":           {fhs + bhs + a + b + c[:begun], c[begun:], "FHS BHS AA:1 AA:2 AR:UNKNOWN BTS|3 FTS|1", 2, "from message 3 on."},
		"before its end":    {fhs + bhs + a + b + "BTS|2\rFTS|1\r", " ", "FHS BHS AA:1 AA:2 AR:UNKNOWN BTS|3 FTS|1", 2, "from message 3 on."},
		"before everything": {fhs, bhs + a, "AR:UNKNOWN", 0, "nothing of this file was taken."},
	} {
		d, from := openDesk(t)
		ctx, stop := context.WithCancel(context.Background())
		var out bytes.Buffer
		result, err := d.Batch(ctx, Batch{From: from, Door: iis.DoorHTTP, Max: 1 << 20}, stopAfter(stop, x.first, x.rest), &out)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want that it was canceled", name, err)
		}
		is.Equal(t, name+": answers", outline(out.String()), x.want)
		is.Equal(t, name+": result", result, BatchResult{Messages: x.taken, AA: x.taken})
		if !strings.Contains(out.String(), x.say) {
			t.Errorf("%s: it does not say %q:\n%s", name, x.say, out.String())
		}
	}
}

func TestAFileWhoseEndWasReadIsNotCut(t *testing.T) {
	d, from := openDesk(t)
	ctx, stop := context.WithCancel(context.Background())
	var out bytes.Buffer
	result, err := d.Batch(ctx, Batch{From: from, Door: iis.DoorFile, Max: 1 << 20, Each: func(Taken) { stop() }},
		strings.NewReader(fhs+bhs+update("1", "A", "Example")+"BTS|1\rFTS|1\r"), &out)
	is.NoError(t, "batch", err)
	is.Equal(t, "result", result, BatchResult{Messages: 1, AA: 1})
	is.Equal(t, "answers", outline(out.String()), "FHS BHS AA:1 BTS|1 FTS|1")
}
