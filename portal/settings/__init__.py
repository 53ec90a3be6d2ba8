"""Settings, all from the environment: the table in README.md tells what each one means.

`environment` holds what one site sets, `policy` the numbers of the security policy, `wiring` how
the parts of the portal find each other, `browsers` what browsers are sent and keep.
"""

from portal.settings.browsers import *  # noqa: F403 - Django reads names of this module
from portal.settings.environment import *  # noqa: F403 - the same
from portal.settings.policy import *  # noqa: F403 - the same
from portal.settings.wiring import *  # noqa: F403 - the same
