"""Records about sharing: grounds, consents, waivers, agreements, objections, circumstances."""
