package policy

// ApprovalParams are the values that the controls of approvals and the separation of duties take.
type ApprovalParams struct {
}

var approvalParameters = []Parameter{}
