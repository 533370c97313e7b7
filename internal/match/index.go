package match

import (
	"cmp"
	"slices"
)

// Limits of what an index compares.
const (
	// maxBlock is how many may share a key: one that more share says nothing.
	maxBlock = 300
	// maxCompared is how many are compared with one description.
	maxCompared = 40
)

// Index finds people in memory, by the keys by which the registry finds them. It
// is for files and for trying rules out; it is not safe for concurrent Add.
type Index struct {
	profile *Profile
	people  [][]*Record // the descriptions of each person
	blocks  map[int64][]int32
}

// NewIndex makes an empty index that judges by a profile.
func NewIndex(p *Profile) *Index { return &Index{profile: p, blocks: map[int64][]int32{}} }

// Add adds a person whom one or several sources describe, and gives the person's
// number: 0, 1, 2, ….
func (x *Index) Add(sources ...*Record) int {
	n := len(x.people)
	x.people = append(x.people, sources)
	for _, s := range sources {
		for _, k := range s.Keys() {
			if block := x.blocks[k]; len(block) == 0 || block[len(block)-1] != int32(n) {
				x.blocks[k] = append(block, int32(n))
			}
		}
	}
	return n
}

// Near are the people who share a key with a description, those who share most
// first.
func (x *Index) Near(r *Record) []int {
	shared := map[int32]int{}
	for _, k := range r.Keys() {
		if block := x.blocks[k]; len(block) <= maxBlock {
			for _, n := range block {
				shared[n]++
			}
		}
	}
	out := make([]int, 0, len(shared))
	for n := range shared {
		out = append(out, int(n))
	}
	slices.SortFunc(out, func(a, b int) int {
		return cmp.Or(cmp.Compare(shared[int32(b)], shared[int32(a)]), cmp.Compare(a, b))
	})
	return out[:min(len(out), maxCompared)]
}

// IndexHit is a person whom an index found and who may be meant.
type IndexHit struct {
	Number     int
	Comparison Comparison
}

// Find decides who of the index a description means: the outcome, and everybody
// who may be meant, best first.
func (x *Index) Find(r *Record) (Outcome, []IndexHit) {
	var hits []IndexHit
	for _, n := range x.Near(r) {
		hits = append(hits, IndexHit{n, x.profile.Person(r, x.people[n])})
	}
	slices.SortFunc(hits, func(a, b IndexHit) int {
		return cmp.Or(a.Comparison.before(&b.Comparison), cmp.Compare(a.Number, b.Number))
	})
	comparisons, likely := make([]*Comparison, len(hits)), 0
	for i := range hits {
		comparisons[i] = &hits[i].Comparison
		if hits[i].Comparison.Outcome != New {
			likely = i + 1
		}
	}
	return x.profile.choose(comparisons), hits[:likely]
}
