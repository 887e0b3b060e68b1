"""How well scenarios test a contract: what none exercises, which histories would, which changes none notices."""
