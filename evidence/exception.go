package evidence

// Exception is a granted departure from a requirement (3.2). Its scope says
// where it holds. At is when it was granted.
type Exception struct {
	Entry
	// Title has the form "Exception: <policy reference> for <repository>".
	Title string `json:"title,omitempty" rec:"O;1.32.5.1"`
	// Owner is the role that answers for it.
	Owner string `json:"owner" rec:"R;1.32.3.1"`
	// Type says whether it ends.
	Type string `json:"type" rec:"R;1.32.3.1" enum:"temporary|permanent" gate:"same"`
	// PolicyReference is the section and requirement it departs from.
	PolicyReference string `json:"policyReference" rec:"R;1.32.3.1" gate:"same"`
	// Controls are the ids of the controls it waives: "tag/signed".
	Controls []string `json:"controls,omitempty" rec:"d;1.32.3.1" gate:"same"`
	// RiskAssessment is what may go wrong.
	RiskAssessment RiskAssessment `json:"riskAssessment" rec:"R;1.32.3.1"`
	// CompensatingControls are what is done instead.
	CompensatingControls []string `json:"compensatingControls" rec:"R;1.32.3.1"`
	// RequestedBy asked for it, and may not be the only approver.
	RequestedBy Actor `json:"requestedBy" rec:"R;1.32.3.1" gate:"same"`
	// RequestedAt is when it was asked for.
	RequestedAt *Time `json:"requestedAt,omitempty" rec:"d;1.32.3.1"`
	// Approvals are who granted it, not its author alone.
	Approvals []Signoff `json:"approvals" rec:"R;1.32.3.1" gate:"same"`
	// ExpiresAt is when it ends.
	ExpiresAt *Time `json:"expiresAt,omitempty" rec:"C;1.32.3.1;when temporary, unless expiryCondition is given" gate:"same"`
	// ExpiryCondition is the event that ends it.
	ExpiryCondition string `json:"expiryCondition,omitempty" rec:"C;1.32.3.1;when temporary, unless expiresAt is given" gate:"same"`
	// ConditionState says whether that event has happened.
	ConditionState string `json:"conditionState,omitempty" rec:"d;1.32.3.1" enum:"open|met" gate:"same"`
	// ReviewAt is when it is looked at again.
	ReviewAt *Time `json:"reviewAt,omitempty" rec:"C;1.32.3.1,1.32.5.2;always: the review date of a temporary one, the next review of a permanent one"`
	// State is where it stands in its life.
	State string `json:"state,omitempty" rec:"d;1.32.3.1" enum:"requested|approved|expired|closed|rejected" gate:"|approved>closed>expired>requested>rejected"`
	// Containment is how to roll back or contain, when production is at risk.
	Containment string `json:"containment,omitempty" rec:"C;1.32.3.1;when production is at risk"`
	// ProductionAtRisk says whether production is at risk.
	ProductionAtRisk bool `json:"productionAtRisk,omitempty" rec:"O;1.32.3.1"`
	// Evidence are the pull requests, builds, SBOMs, promotions and incidents
	// it is about.
	Evidence []ResourceDescriptor `json:"evidence" rec:"R;1.32.3.1"`
	// Links are the evidence it is about by kind, and why a kind is not relevant.
	Links []ExceptionLink `json:"links,omitempty" rec:"O;1.32.3.1"`
	// ChangeRequest is the ticket of the exception itself.
	ChangeRequest *ResourceDescriptor `json:"changeRequest,omitempty" rec:"O;1.32.3.1"`
	// Remediation are the tasks that make it unnecessary.
	Remediation []FollowUp `json:"remediation,omitempty" rec:"C;1.32.5.2;when temporary"`
	// Permanent is what a permanent exception says besides.
	Permanent *PermanentException `json:"permanent,omitempty" rec:"C;1.32.5.2;when permanent"`
	// ReliesOn are ids of deprecated procedures it relies on.
	ReliesOn []string `json:"reliesOn,omitempty" rec:"d;1.32.3.4"`
}

// Validate implements [Predicate].
func (e *Exception) Validate() error { return validate(e) }

func (e *Exception) conditions(v *validator, at string) {
	temporary := e.Type == "temporary"
	v.need(temporary, at+"/expiresAt", e.ExpiresAt != nil || e.ExpiryCondition != "", "when temporary, unless expiryCondition is given")
	v.need(true, at+"/reviewAt", e.ReviewAt != nil, "always: when is it looked at again")
	v.need(temporary, at+"/remediation", len(e.Remediation) > 0, "when temporary")
	v.need(e.Type == "permanent", at+"/permanent", e.Permanent != nil, "when permanent")
	v.need(e.ProductionAtRisk, at+"/containment", e.Containment != "", "when production is at risk")
	begin, _ := e.At.Bounds()
	v.order(&begin, e.ExpiresAt, at+"/expiresAt", "at")
	v.independent(at+"/approvals", e.RequestedBy.ID, e.Approvals)
}

// ExceptionLink is evidence of one kind that an exception is about, or why there
// is none (1.32.3.1).
type ExceptionLink struct {
	// Kind is the kind of evidence.
	Kind string `json:"kind" rec:"R;1.32.3.1" enum:"pull-request|build|sbom|provenance|promotion|deployment|incident"`
	// Ref is the evidence.
	Ref *ResourceDescriptor `json:"ref,omitempty" rec:"C;1.32.3.1;unless notRelevant is given"`
	// NotRelevant is why no such evidence is relevant.
	NotRelevant string `json:"notRelevant,omitempty" rec:"C;1.32.3.1;unless ref is given"`
}

func (l *ExceptionLink) conditions(v *validator, at string) {
	v.need(l.NotRelevant == "", at+"/ref", l.Ref != nil, "unless notRelevant is given")
}

// PermanentException says why a permanent exception is one (1.32.5.2).
type PermanentException struct {
	// Infeasibility is why the requirement cannot be met.
	Infeasibility string `json:"infeasibility" rec:"R;1.32.5.2"`
	// AlternativeControls are what reaches the same aim.
	AlternativeControls []string `json:"alternativeControls" rec:"R;1.32.5.2"`
	// Reconsideration are the facts that would reopen the decision.
	Reconsideration []string `json:"reconsideration" rec:"R;1.32.5.2"`
}

// RiskAssessment is what may go wrong, and how badly (1.32.3.1).
type RiskAssessment struct {
	// Impact is what happens in the worst case.
	Impact string `json:"impact" rec:"R;1.32.3.1"`
	// Likelihood is how likely that is.
	Likelihood string `json:"likelihood" rec:"R;1.32.3.1"`
	// Consequences are those for customers, money and compliance.
	Consequences string `json:"consequences" rec:"R;1.32.3.1"`
}
