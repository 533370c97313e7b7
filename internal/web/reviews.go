package web

import (
	"net/http"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

func reviewAddress(id iis.ReviewID) string { return "/reviews/" + id.Public() }

// actsFor is for whom someone acts in reviews: an administrator for the
// programme, whoever looks after a region for the programme there, who belongs to a site
// for that site, and others for none.
func actsFor(u access.User) quality.By {
	by := quality.By{Actor: u.Actor()}
	switch {
	case u.Everyone(), u.Regional() && keepReviews.allows(u):
		by.Side = quality.Programme
	case u.Sender != 0 && keepReviews.allows(u):
		by.Side, by.Site = quality.Site, u.Sender
	}
	return by
}

// reviewsPage is the list of reviews.
type reviewsPage struct{ Open, Closed []quality.Review }

// reviews lists the reviews that are open, and those closed last.
func (s *site) reviews(w http.ResponseWriter, r *http.Request) error {
	open, closed, err := s.Quality.Reviews(r.Context(), reachOf(r))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "reviews", Title: "Reviews", Body: reviewsPage{open, closed}})
}

// reviewPage is one review, as someone of a side sees it.
type reviewPage struct {
	quality.Review
	Side    quality.Side // for whom the visitor acts
	Acts    bool         // in this review
	Problem string
}

// review shows one review.
func (s *site) review(w http.ResponseWriter, r *http.Request) error {
	return s.showReview(w, r, nil)
}

func (s *site) showReview(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := reviewNumber(r)
	if err != nil {
		return err
	}
	q, err := s.Quality.Review(r.Context(), reachOf(r), id)
	if err != nil {
		return err
	}
	by := actsFor(visitOf(r).user)
	p := reviewPage{Review: q, Side: by.Side, Acts: by.For(q.Sender)}
	status, title := http.StatusOK, "Review of a sender"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "review", Title: title, Body: p})
}

func reviewNumber(r *http.Request) (iis.ReviewID, error) {
	id, ok := iis.ParseReviewID(r.PathValue("number"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of a review. It has 13 letters and digits.")
	}
	return id, nil
}

// openReview opens a review of a sender.
func (s *site) openReview(w http.ResponseWriter, r *http.Request) error {
	sender, err := senderNumber(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	id, err := s.Quality.OpenReview(r.Context(), actsFor(visitOf(r).user), sender, r.PostForm.Get("said"))
	if formWrong(err) {
		return s.showSender(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, reviewAddress(id), http.StatusSeeOther)
	return nil
}

// changeReview comments on a review, signs it, or opens it again.
func (s *site) changeReview(w http.ResponseWriter, r *http.Request) error {
	id, err := reviewNumber(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	by, said := actsFor(visitOf(r).user), r.PostForm.Get("said")
	switch r.PathValue("act") {
	case "comment":
		err = s.Quality.Comment(r.Context(), by, id, said)
	case "sign":
		err = s.Quality.Sign(r.Context(), by, id, said)
	case "reopen":
		err = s.Quality.Reopen(r.Context(), by, id, said)
	default:
		err = fault.New(fault.NotFound, "There is no page at this address.")
	}
	if formWrong(err) {
		return s.showReview(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, reviewAddress(id), http.StatusSeeOther)
	return nil
}
