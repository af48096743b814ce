package evidence

import (
	"errors"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// Interval is a span of time. An end that is not stated is open.
type Interval struct {
	// NotBefore is the first moment of the span.
	NotBefore *Time `json:"notBefore,omitempty"`
	// NotAfter is the last moment of the span.
	NotAfter *Time `json:"notAfter,omitempty"`
}

// Validate reports an interval without ends, or one that ends before it begins.
func (i Interval) Validate() error {
	switch {
	case i.NotBefore == nil && i.NotAfter == nil:
		return errors.New("an interval has notBefore, notAfter or both")
	case i.NotBefore != nil && i.NotAfter != nil && i.NotAfter.Before(i.NotBefore.Time):
		return errors.New("notAfter is before notBefore")
	}
	return nil
}

// TimeOrInterval is when something happened: the moment, or an interval where
// the source gives no moment. In JSON it is a time or an object with notBefore
// and notAfter. The zero value means "not stated".
type TimeOrInterval struct {
	// Time is the moment; zero if there is an Interval.
	Time Time
	// Interval holds the moment, which is not known better.
	Interval *Interval
}

// Moment returns t as a TimeOrInterval.
func Moment(t Time) TimeOrInterval { return TimeOrInterval{Time: t} }

// IsZero reports whether nothing is stated.
func (t TimeOrInterval) IsZero() bool { return t.Interval == nil && t.Time.IsZero() }

// Bounds returns the earliest and the latest moment; the zero Time is an open
// end.
func (t TimeOrInterval) Bounds() (notBefore, notAfter Time) {
	if t.Interval == nil {
		return t.Time, t.Time
	}
	if t.Interval.NotBefore != nil {
		notBefore = *t.Interval.NotBefore
	}
	if t.Interval.NotAfter != nil {
		notAfter = *t.Interval.NotAfter
	}
	return notBefore, notAfter
}

// Validate reports a value that states nothing, both a time and an interval,
// or an interval that is none.
func (t TimeOrInterval) Validate() error {
	switch {
	case t.IsZero():
		return errors.New("missing: a time such as 2026-11-20T09:00:00Z, or notBefore and notAfter")
	case t.Interval == nil:
		return nil
	case !t.Time.IsZero():
		return errors.New("both a time and an interval: state one")
	}
	return t.Interval.Validate()
}

// MarshalJSON implements json.Marshaler.
func (t TimeOrInterval) MarshalJSON() ([]byte, error) {
	if t.Interval != nil {
		return strictjson.Marshal(t.Interval)
	}
	return t.Time.MarshalJSON()
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *TimeOrInterval) UnmarshalJSON(data []byte) error {
	var got TimeOrInterval
	var err error
	if len(data) > 0 && data[0] == '{' {
		got.Interval = new(Interval)
		err = strictjson.Unmarshal(data, got.Interval, strictjson.RejectNull())
	} else {
		err = got.Time.UnmarshalJSON(data)
	}
	if err == nil {
		*t = got
	}
	return err
}
