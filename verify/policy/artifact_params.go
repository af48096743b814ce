package policy

import "time"

// ArtifactParams are the values that the controls of artifacts and promotions take.
type ArtifactParams struct {
	// Registries are the approved registries: host and path, then what they are
	// known for: "registry.example/payments immutable access-log".
	Registries []string `json:"registries"`
	// EnvironmentTokens are words that make a build one for an environment.
	EnvironmentTokens []string `json:"environmentTokens"`
	// PromotionPath are the environments before production, in their order.
	PromotionPath []string `json:"promotionPath"`
	// HotfixSkipsDev lets a hotfix go to staging without dev (A54).
	HotfixSkipsDev bool `json:"hotfixSkipsDev"`
	// TicketsBelowProduction asks every promotion for a ticket (A67).
	TicketsBelowProduction bool `json:"ticketsBelowProduction"`
	// Deployers are the roles that may have a production deployment run,
	// DeploySystems the roles of the services that run it (A49).
	Deployers     []string `json:"deployers"`
	DeploySystems []string `json:"deploySystems"`
	// NumberedDeployments says that the deploy system numbers the deployments of
	// a release in one environment without gaps.
	NumberedDeployments bool `json:"numberedDeployments"`
	// LibraryWindows asks for a change window when a library is published (A37).
	LibraryWindows bool `json:"libraryWindows"`
	// InternalTracks, BetaTracks and StoreTracks are the tracks of app stores that
	// stand for dev, staging and production.
	InternalTracks []string `json:"internalTracks"`
	BetaTracks     []string `json:"betaTracks"`
	StoreTracks    []string `json:"storeTracks"`
	// StoreReview is how long a store may take to make an app available.
	StoreReview Span `json:"storeReview"`
}

var artifactParameters = []Parameter{
	words("registries", "approved registries, each as host and path with the words immutable and access-log if it is: registry.example/payments immutable access-log", "1.20.3.4", []string{}, func(p *Params) *[]string { return &p.Registries }),
	words("environment-tokens", "words in the name or the parameters of a build that make it one for an environment", "1.20.3.4", []string{"dev", "development", "staging", "stage", "preprod", "pre-prod", "qa", "uat", "prod", "production"}, func(p *Params) *[]string { return &p.EnvironmentTokens }),
	words("promotion-path", "environments before production, in their order", "1.13.3.1", []string{envDev, envStaging}, func(p *Params) *[]string { return &p.PromotionPath }),
	toggle("hotfix-skips-dev", "whether a hotfix may go to staging without dev", "A54", true, func(p *Params) *bool { return &p.HotfixSkipsDev }),
	toggle("tickets-below-production", "whether promotions to dev and staging need a ticket as well", "A67", false, func(p *Params) *bool { return &p.TicketsBelowProduction }),
	words("deployers", "roles that may have a production deployment run", "A49", []string{"release-manager", "on-call", "platform", "release-ci", "deployer"}, func(p *Params) *[]string { return &p.Deployers }),
	words("deploy-systems", "roles of the services that run production deployments", "1.15.3.5", []string{"deployer", "platform", "release-ci"}, func(p *Params) *[]string { return &p.DeploySystems }),
	toggle("numbered-deployments", "whether the deploy system numbers the deployments of a release in one environment without gaps", "1.13.3.2", false, func(p *Params) *bool { return &p.NumberedDeployments }),
	toggle("library-windows", "whether the publication of a library needs a change window", "A37", false, func(p *Params) *bool { return &p.LibraryWindows }),
	words("internal-tracks", "tracks of app stores that stand for dev", "1.9.3.3", []string{"internal", "alpha"}, func(p *Params) *[]string { return &p.InternalTracks }),
	words("beta-tracks", "tracks of app stores that stand for staging", "1.9.3.3", []string{"beta", "closed", "open", "testflight"}, func(p *Params) *[]string { return &p.BetaTracks }),
	words("store-tracks", "tracks of app stores that stand for production", "1.9.3.3", []string{"app-store", "production", "store"}, func(p *Params) *[]string { return &p.StoreTracks }),
	length("store-review", "how long a store may take to make an app available", "1.9.3.3", 7*24*time.Hour, 90*24*time.Hour, func(p *Params) *Span { return &p.StoreReview }),
}
