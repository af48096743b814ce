package policy

// promotionControls are the controls of promotions.
var promotionControls []Control
