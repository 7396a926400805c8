"""OData V4, as in Business Central, Dynamics 365, SAP and many others."""
