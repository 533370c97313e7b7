package synth

// dice is a stream of numbers that a start fixes: SplitMix64 (Steele, Lea and
// Flood, 2014). It is written out so that a seed gives the same people under
// every release of Go.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n is a number from 0 to below most. The bias of the remainder is far below
// what any use here could notice.
func (d *dice) n(most int) int { return int(d.next() % uint64(most)) }

// chance is true in so many of a hundred cases.
func (d *dice) chance(percent int) bool { return d.n(100) < percent }

func pick(d *dice, list []string) string { return list[d.n(len(list))] }

// Streams keep what is drawn for one thing apart from what is drawn for
// another: adding a field to a person does not move the clinics.
const (
	streamGroup uint64 = iota + 1
	streamHousehold
	streamPerson
	streamClinic
	streamNumber
	streamLot
	streamKin
	streamDeath
	streamMove
	streamLife
	streamSlip
	streamCapitals
	streamRow
	streamJoined
	streamAgain
)

// mix is the start of a stream.
func mix(seed, stream, i uint64) uint64 {
	d := dice(seed ^ stream<<56)
	d = dice(d.next() ^ i)
	return d.next()
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
