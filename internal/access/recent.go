package access

import "container/list"

// recent is a map of bounded size: when it is full, what was not used for the
// longest time makes room. Its user guards it.
type recent[V any] struct {
	most  int
	byKey map[string]*list.Element // of item[V]
	order *list.List               // the last used in front
}

type item[V any] struct {
	key   string
	value V
}

func newRecent[V any](most int) recent[V] {
	return recent[V]{most: most, byKey: map[string]*list.Element{}, order: list.New()}
}

// get is the value of a key, which counts as a use of it.
func (r *recent[V]) get(key string) (value V, ok bool) {
	e, ok := r.byKey[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(e)
	return e.Value.(item[V]).value, true
}

func (r *recent[V]) put(key string, value V) {
	if e, ok := r.byKey[key]; ok {
		e.Value = item[V]{key, value}
		r.order.MoveToFront(e)
		return
	}
	if r.order.Len() >= r.most {
		r.remove(r.order.Back().Value.(item[V]).key)
	}
	r.byKey[key] = r.order.PushFront(item[V]{key, value})
}

func (r *recent[V]) remove(key string) {
	if e, ok := r.byKey[key]; ok {
		r.order.Remove(e)
		delete(r.byKey, key)
	}
}
