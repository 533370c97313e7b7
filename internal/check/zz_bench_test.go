package check

import "testing"

func BenchmarkFamiliesAlone(b *testing.B) {
	in := read(b, with(goodVXU))
	r := &run{view: view{Input: in}}
	r.view.kind, r.view.today = in.kind(), in.lastDay()
	r.view.orders, r.view.obx = ordersOf(in.Message, r.space[:0], r.more[:0])
	b.Run("segments", func(b *testing.B) {
		for b.Loop() {
			r.segments()
		}
	})
	b.Run("doses", func(b *testing.B) {
		for b.Loop() {
			r.doses()
		}
	})
	for _, name := range []string{"MSH", "PID", "PD1", "NK1"} {
		s := in.Message.First(name)
		for i, f := range familiesOf(s) {
			b.Run(name+string(rune('0'+i)), func(b *testing.B) {
				for b.Loop() {
					f.look(r, s)
				}
			})
		}
	}
	for i, f := range ofDose {
		b.Run("dose"+string(rune('A'+i)), func(b *testing.B) {
			for b.Loop() {
				f.look(r, &r.dose)
			}
		})
	}
}
