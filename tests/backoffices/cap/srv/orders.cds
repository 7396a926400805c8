// What our tests need of an OData V4 service: types, an association, a composition, a page limit.
using { cuid } from '@sap/cds/common';

@path: '/odata/v4/sales'
@requires: 'authenticated-user'
service Sales {
  @cds.query.limit: { default: 7, max: 20 }
  entity Orders : cuid {
    number    : String(20);
    customer  : String(40);
    placedOn  : Date;
    changedAt : Timestamp;
    total     : Decimal(16, 3);
    boxes     : Integer;
    isSent    : Boolean;
    lines     : Composition of many Lines on lines.parent = $self;
  }
  @readonly
  entity Lines : cuid {
    parent      : Association to Orders;
    description : String(100);
    quantity    : Decimal(15, 3);
  }
  @readonly
  entity Rates {
    key code : String(4);
    percent  : Integer;
  }
}
